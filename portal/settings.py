"""One settings file, driven by the environment.

Development is asked for with ``DEBUG=1``; everything else is production, which refuses to start
without its secrets and names what is missing.
"""

import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

PROJECT_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(PROJECT_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o750, parents=True, exist_ok=True)

# A portal served on loopback over plain http, as script/server does, cannot mark its cookies Secure.
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=DEBUG)

SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
if DEBUG:
    SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(50)
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

_missing = [
    name for name, value in [("SECRET_KEY", SECRET_KEY), ("ALLOWED_HOSTS", ALLOWED_HOSTS)] if not value
]
if _missing:
    raise ImproperlyConfigured(
        f"Production needs {' and '.join(_missing)} in the environment (or DEBUG=1 for development)."
    )

INSTALLED_APPS = [
    # Of allauth the second factor is used; it insists on its accounts, whose tables stay empty.
    # First, so that portal.accounts can take both out of the admin.
    "allauth.account",
    "allauth.mfa",
    "portal.accounts",
    "portal.municipalities",
    "portal.audit",
    "portal.editing",
    "portal.publications",
    "portal.meetings",
    "portal.notifications",
    "portal.limits",
    "portal.papers",
    "portal.dispatches",
    "portal",
    "programs",
    "consultations",
    "portal.admin_app.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "import_export",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    # First, so that it numbers, times and tells of every request, whatever becomes of it.
    "portal.tracing.traced",
    # Then, so that what the next ones answer by themselves carries the policy too.
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.headers.sealed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.methods.known_methods",
    "portal.gate.gated",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.second_factor.complete_people",
    "allauth.account.middleware.AccountMiddleware",
    "portal.files.bodies.body_limit",
    "portal.accounts.language.preferred_language",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

_loaders: list = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
        },
    },
]

# --- data --------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
_engine = DATABASES["default"]["ENGINE"]
if _engine.endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            # FULL: with NORMAL a power cut loses commits that were already acknowledged.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            # IMMEDIATE: two writers queue at BEGIN instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        }
    )
else:
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            "connect_timeout": 3,
            # A network that swallows what is sent ends a connection after seconds, not minutes.
            "tcp_user_timeout": 4000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "options": "-c statement_timeout=15000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=30000",
        }
    )
    DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Public pages under their validators: each version is rendered once in each process.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 10 * 60,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
    # Rendered PDFs, shared by all workers and kept over a restart.
    "pdf": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cache" / "pdf",
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [PROJECT_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
MEDIA_URL = ""
STORAGES = {
    # No URL: uploaded files are only served by a view that checks the right to them.
    "default": {"BACKEND": "portal.files.storage.PrivateStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=20 * 1024 * 1024)
UPLOAD_MAX_VIDEO_BYTES = env.int("UPLOAD_MAX_VIDEO_BYTES", default=100 * 1024 * 1024)
# How much the files of one municipality may take on the disk, replaced ones too.
STORAGE_QUOTA_BYTES = env.int("STORAGE_QUOTA_BYTES", default=5 * 1024**3)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# A calendar of 5 MB travels in the page of its preview, as text, until it is confirmed.
# People who are not signed in send less: portal/files/bodies.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- what is done later ------------------------------------------------------------------------
# By a process of its own: manage.py work.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- people ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "portal.views.forbidden"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.accounts.passwords.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.OwnWordsValidator"},
]
# Whether everybody with a role must have a second factor; off where the portal is served on loopback.
REQUIRE_SECOND_FACTOR = env.bool("SECOND_FACTOR", default=not INSECURE_HTTP)
SESSION_ENGINE = "portal.accounts.session_store"
# Seconds without a request, after which whoever is signed in has to sign in again.
SESSION_IDLE = 30 * 60
# How long the links in letters about an account work, in seconds.
PASSWORD_RESET_TIMEOUT = 24 * 3600
MFA_ADAPTER = "portal.accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Musharaka"
# Steps of 30 seconds that the clock of a telephone may be off.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 10
MFA_RECOVERY_CODE_DIGITS = 12
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

# --- letters -----------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", default="musharaka@localhost")
EMAIL_TIMEOUT = 10
# The address people reach the portal at, for letters that no request asked for.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000" if DEBUG else "").rstrip("/")

# --- languages ---------------------------------------------------------------------------------
LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [PROJECT_DIR / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "UTC"
USE_TZ = True

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- security ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
if not INSECURE_HTTP:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    # The proxy in front must set or remove this header itself: see the deployment's proxy configuration.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
    # Binding for every other site under the same name: switch off where the name is shared.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]

# --- the shared rooms meet the apps here ---------------------------------------------------------
# Where the sentences of the journal stand.
AUDIT_ACTIONS = [
    "portal.audit.actions",
    "portal.accounts.audit",
    "portal.municipalities.audit",
    "portal.meetings.audit",
    "portal.dispatches.audit",
    "programs.audit",
    "consultations.audit",
]
# What the public can be consulted about (portal/subjects.py), in the order in which staff are offered it.
CONSULTABLE = {
    "plan": "consultations.subjects.plans",
    "project": "consultations.subjects.projects",
    "program": "programs.subjects.programs",
    "diagnosis": "programs.subjects.diagnoses",
    "zone": "programs.subjects.zones",
}
# Who invites the public on the page of a subject.
INVITATIONS = ["consultations.invitations.of_subject"]
# When public pages change by themselves (portal/municipalities/moments.py).
MOMENTS = ["consultations.moments.PERIODS"]
# What can be printed, by kind of paper (portal/papers/orders.py).
PAPERS = {
    "program-calendar": "programs.papers.calendar.PAPER",
    "program-progress": "programs.papers.progress.PAPER",
    "program-progress-docx": "programs.papers.progress.DOCX",
    "program-cards": "programs.papers.cards.PAPER",
    "program-card": "programs.papers.cards.ONE",
    "program-money": "programs.papers.money.PAPER",
    "program-schedule": "programs.papers.schedule.PAPER",
    "program-diagnosis": "programs.papers.diagnosis.PAPER",
    "program-dossier": "programs.papers.dossier.PAPER",
    "program-dossier-zip": "programs.papers.dossier.ARCHIVE",
    "program-evaluation": "programs.papers.evaluation.PAPER",
    "program-evaluation-zip": "programs.papers.evaluation.ARCHIVE",
    "plan-booklet": "consultations.papers.booklet.PAPER",
    "project-sheet": "consultations.papers.sheet.PAPER",
    "consultation-report": "consultations.papers.contributions.PAPER",
    "meeting-invitation": "portal.meetings.papers.INVITATION",
    "meeting-poster": "portal.meetings.papers.POSTER",
    "meeting-attendance": "portal.meetings.papers.ATTENDANCE",
    "meeting-minutes": "portal.meetings.papers.MINUTES",
    "meeting-minutes-draft": "portal.meetings.papers.MINUTES_DRAFT",
    "meeting-minutes-docx": "portal.meetings.papers.MINUTES_DOCX",
    "council-pack": "portal.meetings.packs.PAPER",
    "dispatch-list": "portal.dispatches.papers.PAPER",
    "certificate": "portal.publications.certificate.PAPER",
}
# What a meeting is about, and who has something for the file of its session (portal/papers/packs.py).
MEETING_SUBJECTS = ["programs.pack.subjects", "consultations.pack.subjects"]
PACK_SHARES = ["programs.pack.share", "consultations.pack.share"]
# Who shows what the register of publications keeps, by kind of object (portal/publications/reading.py).
PUBLISHABLE = {
    "programs.program": "programs.published",
    "meetings.meeting": "portal.meetings.published",
    "consultations.consultation": "consultations.published.periods",
    "consultations.officialanswer": "consultations.published.answers",
    "consultations.actionplan": "consultations.published.plans",
}
# Who knows a file by its SHA-256 (portal/publications/files.py).
KNOWN_FILES = ["programs.own_evidence.known_files"]
# Whose files count towards a municipality's share of the disk, by the way from their rows to it
# (portal/files/quota.py).
QUOTA = {
    "municipalities.ZoneMap": "municipality",
    "meetings.MeetingFile": "meeting__municipality",
    "dispatches.DispatchProof": "line__dispatch__municipality",
    "programs.SupportingDocument": "expected_document__task__phase__program__municipality",
    "programs.ProgramOrigin": "program__municipality",
    "programs.FacilityPhoto": "facility__program__municipality",
    "consultations.StageFile": "stage__plan__municipality",
    "consultations.UpdateFile": "update__activity__project__plan__municipality",
}
# What each domain adds to the header of the desk.
DESK_SECTIONS = [
    "programs.desk.sections",
    "portal.meetings.desk.sections",
    "portal.dispatches.desk.sections",
    "consultations.desk.sections",
]
# What people can follow by e-mail, by topic (portal/notifications/topics.py).
TOPICS = {
    "consultation": "consultations.topics.CONSULTATION",
    "contribution": "consultations.topics.CONTRIBUTION",
}
# What ``manage.py run_due`` does: each function takes nothing and says in words what it did.
DUE = [
    "portal.papers.printing.forget",
    "portal.files.sweep.sweep",
    "portal.limits.counting.forget",
    "portal.accounts.sessions.forget",
    "portal.municipalities.invitations.forget",
    "portal.municipalities.unsent.forget",
    "consultations.due.remind_moderators",
    "consultations.due.release_figures",
    "consultations.due.erase_expired",
    "portal.notifications.retention.erase_expired",
    "portal.notifications.dispatch.send_due",
]
# How many proxies in front are ours: as many entries of X-Forwarded-For are believed, from the end.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# How many requests each process works on at once, and how many wait a moment for that (portal/gate.py). The
# server needs more threads than both together, to tell the others in time: deploy/gunicorn.conf.py.
REQUESTS_AT_ONCE = env.int("REQUESTS_AT_ONCE", default=6)
REQUESTS_WAITING = env.int("REQUESTS_WAITING", default=12)
# Whom a weakness is reported to, an address of e-mail or of the web, and where the policy on it stands.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
SECURITY_POLICY = env.str("SECURITY_POLICY", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.logs.PlainLines" if DEBUG else "portal.logs.JsonLines"}},
    "filters": {"without_secrets": {"()": "portal.logs.WithoutSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # portal.tracing writes a line for each request; what failed is told with its stack beside it.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
