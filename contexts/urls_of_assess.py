"""Routes of assessments."""

from django.urls import path

from .views import assessment_versions, assessments, methods

_ONE = "<uuid:pk>/assessment/<uuid:one>/"
_METHOD = f"{_ONE}methods/<uuid:method>/"
urlpatterns = [
    path("<uuid:pk>/assessment/", assessments.latest, name="latest-assessment"),
    path("<uuid:pk>/assessment/begin/", assessments.begin, name="begin-assessment"),
    path(_ONE, assessments.assessment, name="assessment"),
    path(f"{_ONE}about/", assessments.about, name="about-assessment"),
    path(f"{_ONE}save/", assessments.save_all, name="save-assessment"),
    path(f"{_ONE}finish/", assessments.finish, name="finish-assessment"),
    path(f"{_ONE}sections/<slug:key>/", assessments.save_section, name="save-assessment-section"),
    path(f"{_ONE}sections/<slug:key>/versions/", assessment_versions.versions, name="assessment-versions"),
    path(
        f"{_ONE}sections/<slug:key>/versions/<int:version>/put-back/",
        assessment_versions.put_back,
        name="put-assessment-back",
    ),
    path(f"{_ONE}areas/<slug:area>/", methods.rate, name="rate-area"),
    path(f"{_ONE}methods/add/<slug:kind>/", methods.add, name="add-method"),
    path(f"{_METHOD}change/", methods.change, name="change-method"),
    path(f"{_METHOD}remove/", methods.remove, name="remove-method"),
    path(f"{_METHOD}figures/", methods.figures, name="survey-figures"),
    path(f"{_METHOD}observe/", methods.observe, name="add-observation"),
    path(f"{_METHOD}observations/<uuid:line>/remove/", methods.forget_observation, name="remove-observation"),
]
