"""Saved views: made from what the list shows, used by whom they are shared with, changed by their owner alone."""

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from core.models import AuditEvent
from core.workflow import ActRefused
from tests.factories import a_person, a_referral
from tracker import rows
from tracker.models import SavedView
from tracker.services import saved_views as services

pytestmark = pytest.mark.django_db
LIST = "/tracker/"
SAVE = "/tracker/views/save/"


@pytest.fixture
def manager():
    return a_person(Role.MANAGER, name="Frances Whitlock")


@pytest.fixture
def browser(signed_in, manager):
    return signed_in(manager)


def a_view(by, name="Held", query="state=held", *, shared=False) -> SavedView:
    return services.save(name=name, query=query, shared=shared, by=by)


def links(browser, query="") -> dict[str, dict]:
    return {view["label"]: view for view in browser.get(f"{LIST}?{query}").context["saved_views"]}


def test_what_the_list_shows_is_saved_and_comes_back(browser, manager):
    a_referral("held")
    a_referral()
    asked = "received_from_day=&q=&state=held&sort=-team&columns=name&columns=team&after=x&junk=1"
    page = browser.get(f"{LIST}?{asked}").content.decode()
    saving = f"{SAVE}?columns=name&columns=team&sort=-team&state=held"
    assert f'href="{saving.replace("&", "&amp;")}"' in page
    shown = browser.get(saving).content.decode()
    for words in ("Consultation held", "Team, last to first", "Young person, Team"):
        assert words in shown
    answer = browser.post(saving, {"name": " Held, by team ", "who": "me"})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared, view.owner) == (
        "Held, by team", "columns=name&columns=team&sort=-team&state=held", False, manager,
    )  # fmt: skip
    opened = browser.get(answer.url)
    assert len(opened.context["page"]) == 1
    assert opened.context["sort"] == "-team"
    assert [heading["label"] for heading in opened.context["headings"]] == ["Tick", "Reference", "Young person", "Team"]
    assert opened.context["saved_views"][0]["current"]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": "", "who": "me"}, "Enter a name for this view"),
        ({"name": "x" * 81, "who": "me"}, "Name of this view must be 80 characters or fewer"),
        ({"name": "a\x00b", "who": "me"}, "must not contain characters that cannot be stored"),
        ({"name": "Other", "who": "everyone"}, "with one of the options"),
        ({"name": "Held"}, "Select who can use it"),
        ({"name": "hELD", "who": "all"}, "You have a view with this name already"),
    ],
)
def test_a_view_that_cannot_be_saved_says_why_and_keeps_what_was_typed(browser, manager, sent, message):
    a_view(manager)
    answer = browser.post(f"{SAVE}?state=planned", sent)
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert "\x00" in sent["name"] or f'value="{sent["name"]}"' in answer.content.decode() or not sent["name"]
    assert SavedView.objects.count() == 1


def test_two_people_may_use_one_name(manager):
    a_view(manager, shared=True)
    a_view(a_person(Role.CS_PRACTITIONER), shared=True)
    with pytest.raises(services.NameTaken):
        a_view(manager, "HELD")
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(owner=manager, name="held", created_at=timezone.now(), changed_at=timezone.now())


def test_a_name_taken_in_another_window_is_said_on_the_form(browser, manager, monkeypatch):
    a_view(manager)
    monkeypatch.setattr("tracker.forms.saved_views.SavedViewForm.clean_name", lambda form: form.cleaned_data["name"])
    answer = browser.post(SAVE, {"name": "Held", "who": "me"})
    assert answer.status_code == 200
    assert "You have a view with this name already" in answer.content.decode()


def test_a_view_is_the_owners_or_everybodys(signed_in, manager):
    own, shared = a_view(manager, "Mine"), a_view(manager, "Ours", shared=True)
    other = signed_in(a_person(Role.CS_PRACTITIONER))
    assert set(links(other)) == {"Ours"}
    assert links(other)["Ours"]["by"] == "Frances Whitlock"
    assert set(links(signed_in(manager))) == {"Mine", "Ours"}
    for name in ("change-view", "delete-view"):
        assert other.get(reverse(f"tracker:{name}", args=[own.pk])).status_code == 404
        assert other.get(reverse(f"tracker:{name}", args=[shared.pk])).status_code == 403
    assert other.post(reverse("tracker:save-over-view", args=[shared.pk]) + "?q=a").status_code == 403
    shown = other.get(f"{LIST}?view={shared.pk}&state=planned").content.decode()
    assert "You have changed the view “Ours”" in shown
    assert "Save changes to this view" not in shown
    assert "Rename or share" not in shown
    for role in (Role.PRACTITIONER, Role.LEAD, Role.ADMINISTRATOR, Role.AUDITOR):
        assert not SavedView.objects.visible_to(a_person(role)).exists()


def test_a_shared_view_shows_each_reader_their_own_rows(signed_in, manager):
    from consultations.services import access

    view = a_view(manager, shared=True)
    seen, hidden = a_referral("held"), a_referral("held")
    cs = a_person(Role.CS_PRACTITIONER)
    access.restrict(hidden, reason="Known to the team.", people=[manager], by=manager)
    address = links(signed_in(cs))["Held"]["url"]
    assert [row.pk for row in signed_in(cs).get(address).context["page"]] == [seen.pk]
    assert len(signed_in(manager).get(address).context["page"]) == 2
    assert view.query == "state=held"


def test_a_shared_view_outlives_its_owners_leaving(signed_in, manager):
    a_view(manager, shared=True)
    manager.is_active = False
    manager.save()
    browser = signed_in(a_person(Role.MANAGER))
    assert browser.get(links(browser)["Held"]["url"]).status_code == 200


def test_a_changed_view_is_saved_over(browser, manager):
    view = a_view(manager)
    assert "Save changes" not in browser.get(f"{LIST}?view={view.pk}&state=held&received_to_day=").content.decode()
    shown = browser.get(f"{LIST}?view={view.pk}&state=planned&sort=reference").content.decode()
    assert "Save changes to this view" in shown
    assert f'action="/tracker/views/{view.pk}/save/?sort=reference&amp;state=planned"' in shown
    answer = browser.post(f"/tracker/views/{view.pk}/save/?sort=reference&state=planned&junk=1")
    view.refresh_from_db()
    assert view.query == "sort=reference&state=planned"
    assert browser.get(answer.url).context["saved_views"][0]["current"]


def test_the_forms_of_the_page_carry_the_view_the_order_and_the_columns(browser, manager):
    view = a_view(manager)
    page = browser.get(f"{LIST}?view={view.pk}&state=held&sort=team&columns=name&columns=age").content.decode()
    for field in (("view", view.pk), ("sort", "team"), ("columns", "name"), ("columns", "age"), ("state", "held")):
        assert '<input type="hidden" name="{}" value="{}">'.format(*field) in page


def test_renamed_shared_and_kept_again(browser, signed_in, manager):
    view = a_view(manager)
    other = signed_in(a_person(Role.CS_PRACTITIONER))
    page = f"/tracker/views/{view.pk}/change/"
    assert 'value="Held"' in browser.get(page).content.decode()
    assert browser.post(page, {"name": "Held", "who": "all"}).status_code == 302  # its own name is not taken
    assert set(links(other)) == {"Held"}
    browser.post(page, {"name": "Held here", "who": "me"})
    assert links(other) == {}
    assert set(links(browser)) == {"Held here"}


def test_deleted_after_asking(browser, manager):
    view = a_view(manager, shared=True)
    page = f"/tracker/views/{view.pk}/delete/"
    assert "deleted for everybody" in browser.get(page).content.decode()
    assert SavedView.objects.exists()
    browser.post(page)
    assert not SavedView.objects.exists()
    assert browser.post(page).status_code == 404
    services.delete(view, by=manager)  # sent twice at once
    assert AuditEvent.objects.filter(act="saved-view.deleted").count() == 1
    with pytest.raises(ActRefused):
        services.change(view, name="Held", shared=False, by=manager)


def test_the_log_has_who_did_it_and_neither_names_nor_words(browser, manager):
    browser.post(f"{SAVE}?q=Quillfeather", {"name": "Jordan", "who": "all"})
    view = SavedView.objects.get()
    browser.post(f"/tracker/views/{view.pk}/change/", {"name": "Alex", "who": "all"})
    browser.post(f"/tracker/views/{view.pk}/delete/")
    events = AuditEvent.objects.filter(act__startswith="saved-view.").order_by("pk")
    assert [event.act for event in events] == ["saved-view.made", "saved-view.saved", "saved-view.deleted"]
    for event in events:
        assert event.actor_id == manager.pk
        assert not {"Quillfeather", "Jordan", "Alex"} & set(str(event.detail).replace("'", " ").split())


def test_there_is_a_most(browser, manager, monkeypatch):
    monkeypatch.setattr(services, "MOST", 1)
    a_view(manager)
    answer = browser.post(SAVE, {"name": "Another", "who": "me"})
    assert answer.status_code == 200
    assert "You have 1 saved views" in answer.content.decode()
    with pytest.raises(ActRefused):
        services.save_over(SavedView.objects.get(), "q=" + "x" * 4000, by=manager)


@pytest.mark.parametrize("view", ["x", "\x00", "9" * 4000, "00000000-0000-4000-8000-000000000000"])
def test_a_view_that_is_nowhere_is_left_out_of_account(browser, manager, view):
    a_view(manager)
    answer = browser.get(LIST, {"view": view, "state": "held"})
    assert answer.status_code == 200
    assert answer.context["opened"] is None


def test_one_view_has_one_way_of_being_written():
    one = QueryDict("team=3&team=none&sort=-received&columns=name&q=&received_from_day=1&match=any&x=1&view=9&after=8")
    other = QueryDict("match=any&columns=name&received_from_day=1&team=3&team=none")
    assert rows.view_of(one) == rows.view_of(other)
    assert rows.view_of(QueryDict("q=%00")) == ""
    assert "team_x" not in rows.known_part(QueryDict("team_x=1"))
