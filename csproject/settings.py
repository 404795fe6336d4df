"""Settings of CS Casework, all from the environment. A missing secret or database stops the start: it fails closed.

README.md lists every variable. Nothing here depends on the machine.
"""

import os
import re
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The environment variable `name`, else `default`; without a default a missing one raises ImproperlyConfigured."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}; README.md says what it is for.")
    return value


def env_bool(name: str) -> bool:
    """True where the environment variable says so in one of the usual words; unset is False."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    """A comma-separated environment variable as a list without empty items."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def tile_sources(url: str) -> list[str]:
    """What the CSP must allow for tiles at `url`: its origin alone, with * for {s}. Raises ImproperlyConfigured."""
    if not url:
        return []
    found = re.fullmatch(r"(https?://)(\{s\}\.)?([A-Za-z0-9.-]+(?::[0-9]{1,5})?)/[^\s;,]*", url)
    if found is None or not all(part in url for part in ("{x}", "{y}", "{z}")):
        raise ImproperlyConfigured("TILE_SERVER_URL must look like https://tiles.example.org/{z}/{x}/{y}.png.")
    return [f"{found[1]}{'*.' if found[2] else ''}{found[3]}"]


# DEBUG in the environment: a demonstration or a developer's machine. Only then demo data and plain HTTP.
DEMO = env_bool("DEBUG")
# Django's own debug pages show settings, cookies and what was sent: only for who asks for them by name.
DEBUG = DEMO and env_bool("DEBUG_PAGES")
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO else "")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

ORGANISATION_NAME = env("ORGANISATION_NAME", "Anytown Safeguarding Partnership")
SERVICE_NAME = env("SERVICE_NAME", "CS Casework")
# Where people reach the service, as https://casework.example.gov.uk: without it e-mails have no link.
SITE_URL = env("SITE_URL", "")
# What this authority calls the number of its own case system ("Mosaic ID" in the toolkit).
CASE_NUMBER_NAME = env("CASE_NUMBER_NAME", "Mosaic ID")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "django_htmx",
    "csp",
    "core",
    "accounts",
    "consultations",
    "contexts",
    "tracker",
    "reviews",
    "csproject",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.PrivatePages",  # before what redirects by itself
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.PlainAnswers",
]

ROOT_URLCONF = "csproject.urls"
WSGI_APPLICATION = "csproject.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csproject.context.page",
            ],
        },
    },
]
FORM_RENDERER = "core.forms.GovukRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"

# One database everywhere. Health checks let a request that follows a restart of PostgreSQL find a new connection.
DATABASES = {
    "default": dj_database_url.parse(env("DATABASE_URL"), conn_max_age=60, conn_health_checks=True),
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# What is shared between processes and must not vanish with Redis: the counters of failed sign-ins.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}

# Celery only rings the bell: the job is a row in PostgreSQL. So a dead or hung Redis must fail fast, and
# nothing is asked of a result backend.
CELERY_BROKER_URL = env("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the lease and the sweep bring the job back, not the broker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for ever
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 5,
    "retry_on_timeout": False,
    "visibility_timeout": 3600,
}
# The web ringing the bell waits for half a second at most, whatever the broker does.
RING_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.3, "socket_timeout": 0.5, "max_retries": 0}
JOB_LEASE_SECONDS = int(env("JOB_LEASE_SECONDS", "60"))
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
SWEEP_SECONDS = float(env("SWEEP_SECONDS", "10"))
ROUND_SECONDS = float(env("ROUND_SECONDS", "900"))
CELERY_BEAT_SCHEDULE = {
    "ring-again": {"task": "core.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "send-notices": {"task": "core.tasks.send_notices", "schedule": 30.0, "options": {"expires": 30.0}},
    # Reminders, feedback to ask for and to chase, restrictions to review: what is due is read from the rows.
    "casework-round": {
        "task": "consultations.tasks.casework_round",
        "schedule": ROUND_SECONDS,
        "options": {"expires": ROUND_SECONDS},
    },
    # The figures that leads see: made once a month, so this finds nothing to do but once.
    "publish-figures": {
        "task": "tracker.tasks.publish_figures",
        "schedule": ROUND_SECONDS,
        "options": {"expires": ROUND_SECONDS},
    },
    "drop-expired-imports": {
        "task": "tracker.tasks.drop_expired_imports",
        "schedule": ROUND_SECONDS,
        "options": {"expires": ROUND_SECONDS},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.InviteOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who knows the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers because somebody mistyped their address
# Failed sign-ins are counted by address: behind a proxy by the client's, not by the proxy's that all share.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_bool("BEHIND_PROXY") else 0
# A whole office shares one address, so that limit is wide; the one for an account is narrow.
ACCOUNT_RATE_LIMITS = {"login_failed": "100/5m/ip,5/5m/key"}
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.ChangePassphraseForm",
    "set_password": "accounts.forms.SetPassphraseForm",
    "reset_password": "accounts.forms.ResetPassphraseForm",
    "reset_password_from_key": "accounts.forms.ResetPassphraseKeyForm",
    "reauthenticate": "accounts.forms.AgainForm",
}

SESSION_COOKIE_AGE = 8 * 60 * 60  # a working day; what was typed survives the end of a session all the same
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page
CSRF_FAILURE_VIEW = "csproject.views.csrf_failure"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEMO:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env_bool("BEHIND_PROXY"):  # only where the proxy in front sets this header itself and drops a client's
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Where the maps of areas come from, as https://tiles.example.org/{z}/{x}/{y}.png. Without one the safety maps are drawn
# on pictures alone. Whoever runs that server learns which places are looked at: it should be the council's own.
TILE_SERVER_URL = env("TILE_SERVER_URL", "")
TILE_ATTRIBUTION = env("TILE_ATTRIBUTION", "© OpenStreetMap contributors")
TILE_SOURCES = tile_sources(TILE_SERVER_URL)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # with the tile server of the safety maps, where there is one
        "img-src": [SELF, *TILE_SOURCES],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

# A long consultation pasted from Word fits; a flood does not.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "core.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["csproject.formats"]

STATIC_URL = "static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "build"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "core.staticfiles.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticfiles.SiteStaticStorage"},
}
NPM_ROOT = BASE_DIR / "node_modules"
# The only files of npm packages that are served: {path under static/: path under node_modules/}.
NPM_FILES = {
    "vendor/govuk-frontend.min.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/cytoscape/cytoscape.min.js": "cytoscape/dist/cytoscape.min.js",
    "vendor/leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    # used by no page, but named by the style sheet, whose addresses are followed when static files are collected
    "vendor/leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
}

if email_url := os.environ.get("EMAIL_URL", ""):
    from urllib.parse import unquote, urlsplit

    _mail = urlsplit(email_url)  # smtp://user:password@host:587 or smtps://
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp" and bool(_mail.username)
elif DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
else:  # a mail in a log would hold a link that sets a passphrase
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SENDS_MAIL = bool(email_url) or DEMO
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "cs-casework@localhost")
EMAIL_TIMEOUT = 10

# Logs carry what happened, never whose record it was: no bodies, no query strings, no names.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without keys": {"()": "csproject.keys.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without keys"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # They speak of the paper that is being set: its letters, its style sheet.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
