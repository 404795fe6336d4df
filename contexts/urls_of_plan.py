"""Routes of plans: the plan of a context, its goals, its actions."""

from django.urls import path

from .views import plan, plan_actions

urlpatterns = [
    path("<uuid:pk>/plan/", plan.plan_page, name="plan"),
    path("<uuid:pk>/plan/goals/add/", plan.add_goal, name="add-goal"),
    path("<uuid:pk>/plan/actions/add/", plan_actions.add, name="add-plan-action"),
    path("goals/<uuid:pk>/change/", plan.change_goal, name="change-goal"),
    path("goals/<uuid:pk>/move/", plan.move_goal, name="move-goal"),
    path("goals/<uuid:pk>/end/", plan.end_goal, name="end-goal"),
    path("goals/<uuid:pk>/take-up/", plan.take_up_goal, name="take-up-goal"),
    path("goals/<uuid:pk>/measure/", plan.measure_goal, name="measure-goal"),
    path("goals/values/<uuid:pk>/take-away/", plan.take_away_reading, name="take-away-reading"),
    path("actions/", plan_actions.actions, name="plan-actions"),
    path("actions/<uuid:pk>/", plan_actions.action, name="plan-action"),
    path("actions/<uuid:pk>/change/", plan_actions.change, name="change-plan-action"),
    path("actions/<uuid:pk>/progress/", plan_actions.progress, name="plan-action-progress"),
    path("actions/<uuid:pk>/close/", plan_actions.close, name="close-plan-action"),
    path("actions/<uuid:pk>/reopen/", plan_actions.reopen, name="reopen-plan-action"),
]
