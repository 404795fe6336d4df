"""What every test stands on: real PostgreSQL, the forms' words loaded, plain HTTP, quick passphrases."""

import gc
import os
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from hypothesis import settings as hypothesis_settings

from core import toolkit
from core.models import FormPrompt, FormSection, ListItem
from core.models.lists import ListName
from tracker import toolkit as themes
from tracker.models import Theme

NAMES_OF_MODELS = {"django_content_type", "auth_permission"}


def pytest_configure() -> None:
    """The suite runs with DEBUG off, as production does, but over plain HTTP and without a static build."""
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "sessionid", "csrftoken"
    settings.SECURE_HSTS_SECONDS = 0
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    if template := os.environ.get("TEST_TEMPLATE"):  # from bin/test: every migration has run in it already
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]
    # How long an example takes tells of the machine's other work; what has to be quick is measured by bin/bench.
    hypothesis_settings.register_profile("any machine", deadline=None)
    hypothesis_settings.load_profile("any machine")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: going through it in search of rubbish, over and over, took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Django empties tables with TRUNCATE after a transactional test; the audit log's refusal of it is off here.

    `tests/core/test_audit.py` switches it on again to see that it refuses. Whoever may do so deletes the rows instead:
    TRUNCATE makes new files for every table and index, which takes half a second. At the end nobody else may be in the
    database that is thrown away: a browser's page or a killed worker may still hold a session then.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER core_auditevent_no_truncate")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            connection.ops.sql_flush = delete_rows
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def delete_rows(style, tables: list[str], **options) -> list[str]:
    """What empties `tables`, no trigger or foreign key asked; it waits for whoever is at work on them, as TRUNCATE.

    The names of models and permissions, which Django would write anew, stay.
    """
    names = [connection.ops.quote_name(table) for table in tables if table not in NAMES_OF_MODELS]
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE",
        "; ".join(f"DELETE FROM {name}" for name in names),
        "SET LOCAL session_replication_role = origin",
    ]


@pytest.fixture(autouse=True)
def _words_of_the_forms(request):
    """The forms' words and themes that migrations loaded, again after a transactional test has emptied the tables.

    Its name is no name of a parameter: one of the same name would stand in its place.
    """
    if not {"db", "transactional_db", "live_server"} & set(
        request.fixturenames
    ) and not request.node.get_closest_marker("django_db"):
        return
    request.getfixturevalue("transactional_db" if _is_transactional(request) else "db")
    load_words()


def load_words() -> None:
    """Put the forms' words and themes back where they are not there."""
    if not FormSection.objects.exists():
        toolkit.load(FormSection, FormPrompt, ListItem)
    if not ListItem.objects.filter(list=ListName.PANEL_CATEGORY).exists():
        import_module("core.migrations.0008_panel_categories").load(apps, None)
    if not Theme.objects.exists():
        themes.load(Theme)


def _is_transactional(request) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool({"transactional_db", "live_server"} & set(request.fixturenames)) or bool(
        marker and marker.kwargs.get("transaction")
    )


@pytest.fixture
def signed_in(client):
    """signed_in(user): a client that is signed in as `user`, a fresh one each time."""
    from django.test import Client

    def sign_in(user, **kwargs):
        browser = Client(**kwargs)
        browser.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return browser

    return sign_in
