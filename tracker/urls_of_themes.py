"""Routes of themes and tagging."""

from django.urls import path

from .views import other_texts, tagging, tagging_undo, theme_merges, themes

urlpatterns = [
    path("tracker/themes/", themes.themes, name="themes"),
    path("tracker/themes/add/", themes.add, name="add-theme"),
    path("tracker/themes/other/", other_texts.texts, name="other-texts"),
    path("tracker/themes/other/<slug:code>/", other_texts.group, name="other-text"),
    path("tracker/themes/groups/<int:pk>/", themes.change_group, name="change-theme-group"),
    path("tracker/themes/groups/<int:pk>/move/", themes.move_group, name="move-theme-group"),
    path("tracker/themes/groups/<int:pk>/remove/", themes.remove_group, name="remove-theme-group"),
    path("tracker/themes/<int:pk>/", themes.theme, name="theme"),
    path("tracker/themes/<int:pk>/change/", themes.change, name="change-theme"),
    path("tracker/themes/<int:pk>/move/", themes.move, name="move-theme"),
    path("tracker/themes/<int:pk>/switch/", themes.switch, name="switch-theme"),
    path("tracker/themes/<int:pk>/merge/", theme_merges.merge, name="merge-theme"),
    path("tracker/tag/", tagging.start, name="tag"),
    path("tracker/taggings/", tagging.taggings, name="taggings"),
    path("tracker/taggings/<uuid:pk>/", tagging.tagging, name="tagging"),
    path("tracker/taggings/<uuid:pk>/themes/", tagging.choose, name="tag-themes"),
    path("tracker/taggings/<uuid:pk>/preview/", tagging.preview, name="tag-preview"),
    path("tracker/taggings/<uuid:pk>/undo/", tagging_undo.undo, name="undo-tagging"),
]
