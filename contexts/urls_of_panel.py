"""Routes of the panel."""

from django.urls import path

from .views import panel_actions, panel_items, panel_papers, panel_people, panels

urlpatterns = [
    path("panel/", panels.panels, name="panels"),
    path("panel/plan/", panels.plan, name="panel-plan"),
    path("panel/put/", panel_items.put, name="panel-put"),
    path("panel/<uuid:pk>/", panels.panel, name="panel"),
    path("panel/<uuid:pk>/change/", panels.change, name="panel-change"),
    path("panel/<uuid:pk>/hold/", panels.hold, name="panel-hold"),
    path("panel/<uuid:pk>/agree/", panels.agree, name="panel-agree"),
    path("panel/<uuid:pk>/correct/", panels.correct, name="panel-correct"),
    path("panel/<uuid:pk>/people/", panel_people.people, name="panel-people"),
    path("panel/<uuid:pk>/people/came/", panel_people.attendance, name="panel-attendance"),
    path("panel/<uuid:pk>/people/<uuid:person>/remove/", panel_people.remove, name="panel-remove-person"),
    path("panel/<uuid:pk>/minutes/", panel_papers.minutes, name="panel-minutes"),
    path("panel/<uuid:pk>/minutes/make/", panel_papers.make_minutes, name="panel-make-minutes"),
    path("panel/items/<uuid:pk>/", panel_items.item, name="panel-item"),
    path("panel/items/<uuid:pk>/change/", panel_items.change_item, name="panel-change-item"),
    path("panel/items/<uuid:pk>/move/", panel_items.move_item, name="panel-move-item"),
    path("panel/items/<uuid:pk>/remove/", panel_items.remove_item, name="panel-remove-item"),
    path("panel/items/<uuid:pk>/carry-over/", panel_items.carry_over, name="panel-carry-over"),
    path("panel/items/<uuid:pk>/save/", panel_items.save, name="panel-save-item"),
    path("panel/items/<uuid:pk>/text/<slug:key>/", panel_items.save_text, name="panel-save-text"),
    path("panel/items/<uuid:pk>/actions/add/", panel_actions.add, name="panel-add-action"),
    path("panel/actions/<uuid:pk>/", panel_actions.action, name="panel-action"),
    path("panel/actions/<uuid:pk>/change/", panel_actions.change, name="panel-change-action"),
    path("panel/actions/<uuid:pk>/progress/", panel_actions.progress, name="panel-action-progress"),
    path("panel/actions/<uuid:pk>/close/", panel_actions.close, name="panel-close-action"),
    path("panel/actions/<uuid:pk>/reopen/", panel_actions.reopen, name="panel-reopen-action"),
    path("panel/papers/<uuid:pk>/", panel_papers.paper, name="panel-paper"),
    path("panel/papers/<uuid:pk>/download/", panel_papers.download, name="panel-download-paper"),
    path("panel/papers/<uuid:pk>/cancel/", panel_papers.cancel, name="panel-cancel-paper"),
]
