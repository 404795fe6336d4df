"""Two at once: tagging while somebody completes the data entry form, or while themes are merged. Nothing is lost.

Each with a control: without the lock that it stands on, the same two lose something.
"""

import threading

import pytest
from django.db import connection, connections

from accounts.permissions import Role
from consultations.models import Referral
from core.workflow import EditConflict
from tests.factories import a_person, a_referral, an_entry
from tracker.models import Tagging, Theme, TrackerEntry
from tracker.services import entries, retagging, tagging, theme_merges, themes
from tracker.services.entries import complete_entry

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60  # seconds after which a thread that hangs is given up


def theme(name: str) -> Theme:
    return Theme.objects.get(name=name)


def names(entry: TrackerEntry) -> set[str]:
    return set(entry.themes.values_list("name", flat=True))


def in_thread(act, results: dict, name: str) -> threading.Thread:
    def run():
        try:
            results[name] = act()
        except Exception as failure:
            results[name] = failure
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def until_one_waits_for_a_lock(thread: threading.Thread) -> None:
    """Returns when a session of this database waits for a lock, or the thread has ended without waiting."""
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        thread.join(0.02)


@pytest.fixture
def paused(monkeypatch):
    """Stops the first call of one function in the middle of its transaction: (stop, inside, go on)."""
    inside, go_on = threading.Event(), threading.Event()

    def stop(module, name):
        whole = getattr(module, name)

        def first_waits(*args, **kwargs):
            if not inside.is_set():
                inside.set()
                assert go_on.wait(LONG)
            return whole(*args, **kwargs)

        monkeypatch.setattr(module, name, first_waits)

    return stop, inside, go_on


def tag_while_the_form_is_completed(paused) -> tuple[TrackerEntry, dict]:
    """Somebody completes the form (its version is checked already), and a tagging comes in before it is saved."""
    stop, inside, go_on = paused
    cs, manager = a_person(Role.CS_PRACTITIONER), a_person(Role.MANAGER)
    entry = an_entry(themes=[theme("SEN")])
    made = tagging.prepare([entry.referral_id], by=manager)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=manager)
    mark = tagging.plan(made, manager).mark
    values = {"primary_concern": "home", "themes": [theme("SEN"), theme("CSE")]}
    results: dict = {}
    stop(entries, "_state")
    first = in_thread(lambda: complete_entry(entry.referral, values, version=1, by=cs), results, "form")
    assert inside.wait(LONG)
    second = in_thread(lambda: tagging.apply(made, mark=mark, by=manager), results, "tagging")
    until_one_waits_for_a_lock(second)
    go_on.set()
    first.join(LONG)
    second.join(LONG)
    return TrackerEntry.objects.get(pk=entry.pk), results


def test_a_tagging_waits_for_a_form_that_is_being_saved_and_comes_on_top(paused):
    entry, results = tag_while_the_form_is_completed(paused)
    assert isinstance(results["form"], TrackerEntry), results
    assert isinstance(results["tagging"], Tagging), results
    assert names(entry) == {"SEN", "CSE", "Gangs"}
    assert entry.version == 3


def test_control_without_the_lock_the_form_loses_the_tagging(paused, monkeypatch):
    monkeypatch.setattr(retagging, "locked", lambda ids: list(Referral.objects.filter(pk__in=list(ids))))
    monkeypatch.setattr(retagging, "keep", lambda *args: None)  # its foreign keys would wait for the same row
    entry, results = tag_while_the_form_is_completed(paused)
    assert isinstance(results["tagging"], Tagging), results
    assert names(entry) == {"SEN", "CSE"}


def test_a_form_that_comes_while_it_is_tagged_says_so_and_loses_nothing(paused):
    stop, inside, go_on = paused
    cs, manager = a_person(Role.CS_PRACTITIONER), a_person(Role.MANAGER)
    entry = an_entry(themes=[theme("SEN")])
    made = tagging.prepare([entry.referral_id], by=manager)
    tagging.choose(made, adds=[theme("Gangs")], removes=[], by=manager)
    mark = tagging.plan(made, manager).mark
    values = {"primary_concern": "home", "themes": [theme("CSE")]}
    results: dict = {}
    stop(retagging, "write")
    first = in_thread(lambda: tagging.apply(made, mark=mark, by=manager), results, "tagging")
    assert inside.wait(LONG)
    second = in_thread(lambda: complete_entry(entry.referral, values, version=1, by=cs), results, "form")
    until_one_waits_for_a_lock(second)
    go_on.set()
    first.join(LONG)
    second.join(LONG)
    assert isinstance(results["form"], EditConflict), results
    assert names(TrackerEntry.objects.get(pk=entry.pk)) == {"SEN", "Gangs"}


def complete_while_its_theme_is_merged(paused) -> tuple[Referral, dict]:
    """A form with CSE is saved while CSE is merged into Gangs, after the merge has looked up who has it."""
    stop, inside, go_on = paused
    cs, manager = a_person(Role.CS_PRACTITIONER), a_person(Role.MANAGER)
    an_entry(themes=[theme("CSE")])
    referral = a_referral("held")
    gone, into = theme("CSE"), theme("Gangs")
    mark = theme_merges.plan(gone, into, manager).mark
    values = {"primary_concern": "home", "themes": [gone]}
    results: dict = {}
    stop(retagging, "tagged")
    first = in_thread(lambda: theme_merges.merge(gone, into, mark=mark, by=manager), results, "merge")
    assert inside.wait(LONG)
    second = in_thread(lambda: complete_entry(referral, values, version=0, by=cs), results, "form")
    until_one_waits_for_a_lock(second)
    go_on.set()
    first.join(LONG)
    second.join(LONG)
    return referral, results


def test_a_form_with_a_theme_that_is_being_merged_gets_the_other_one(paused):
    referral, results = complete_while_its_theme_is_merged(paused)
    assert isinstance(results["merge"], Tagging), results
    assert isinstance(results["form"], TrackerEntry), results
    assert names(referral.entry) == {"Gangs"}


def test_control_without_holding_the_themes_still_one_is_left_with_the_merged_theme(paused, monkeypatch):
    monkeypatch.setattr(themes, "hold_still", lambda: None)
    referral, results = complete_while_its_theme_is_merged(paused)
    assert isinstance(results["merge"], Tagging), results
    assert names(referral.entry) == {"CSE"}


def test_taggings_in_opposite_order_do_not_stop_each_other():
    people = [a_person(Role.MANAGER) for _ in range(2)]
    referrals = [an_entry(themes=[]).referral for _ in range(6)]
    for _ in range(3):
        made, results = [], {}
        for by, name, ordered in zip(people, ("Gangs", "CSE"), (referrals, referrals[::-1]), strict=True):
            one = tagging.prepare([referral.pk for referral in ordered], by=by)
            tagging.choose(one, adds=[theme(name)], removes=[], by=by)
            made.append((one, tagging.plan(one, by).mark, by))
        acts = [lambda one=one, mark=mark, by=by: tagging.apply(one, mark=mark, by=by) for one, mark, by in made]
        threads = [in_thread(act, results, str(number)) for number, act in enumerate(acts)]
        for thread in threads:
            thread.join(LONG)
        assert all(isinstance(result, Tagging) for result in results.values()), results
        assert all(names(referral.entry) == {"Gangs", "CSE"} for referral in referrals)
        TrackerEntry.themes.through.objects.all().delete()
