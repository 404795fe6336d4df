"""The texts of Other, grouped by likeness; and making a theme of some."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.permissions import Permission

from .. import likeness
from ..forms.tagging import OtherForm
from ..models import Theme
from ..services import other_texts as services
from ..services import tagging

PAGE_SIZE = 25


@require_safe
@requires(Permission.TRACKER_SEE)
@requires(Permission.THEMES_MANAGE)
def texts(request: HttpRequest) -> HttpResponse:
    """What people wrote under Other, the most frequent first."""
    groups = services.groups_for(request.user)
    context = {
        "page": Paginator(groups, PAGE_SIZE).get_page(request.GET.get("page")),
        "headings": [{"label": "Text"}, {"label": "Also written"}, {"label": "Referrals", "numeric": True}],
    }
    return render(request, "tracker/other_texts.html", context)


@requires(Permission.TRACKER_SEE)
@requires(Permission.THEMES_MANAGE)
def group(request: HttpRequest, code: str) -> HttpResponse:
    """Texts that are alike: untick what does not belong, say what theme they are."""
    found = services.group_for(request.user, code)
    if found is None:
        messages.warning(request, "These texts are not there any more, or have been made a theme.")
        return redirect("tracker:other-texts")
    members = [(services.code_of(text.key), text) for text in found.group.texts]
    same = _theme_called(found)
    initial = {
        "texts": [text_code for text_code, _ in members],
        "become": OtherForm.EXISTING if same else OtherForm.NEW,
        "name": "" if same else found.words[:100].replace(";", ","),
        "theme": same,
    }
    labels = [(text_code, _label(text)) for text_code, text in members]
    form = OtherForm(request.POST if request.method == "POST" else None, texts=labels, initial=initial)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        keys = [text.key for text_code, text in members if text_code in sent["texts"]]
        ids = {pk for key in keys for pk, _ in found.referrals[key]}
        made = tagging.prepare_other(keys, ids, theme=sent["theme"], new_theme=sent["name"], by=request.user)
        return redirect("tracker:tag-preview", pk=made.pk)
    context = {
        "form": form,
        "group": found,
        "members": [(text.words, found.referrals[text.key]) for _, text in members],
        "buttons": [{"label": "See what follows"}],
    }
    return render(request, "tracker/other_text.html", context)


def _theme_called(found: services.TextGroup) -> Theme | None:
    """A theme in use whose name means the same as the texts of the group."""
    key = found.group.texts[0].key
    themes = Theme.objects.in_use().filter(needs_text=False)
    return next((theme for theme in themes if likeness.key_of(theme.name) == key), None)


def _label(text: likeness.Text) -> str:
    return f"{' / '.join(text.ordered[:5])} ({text.number})"
