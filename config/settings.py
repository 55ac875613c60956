"""The one settings file. Everything that differs between machines comes from the environment or `.env`."""

import os
from datetime import timedelta
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue  # type: ignore[attr-defined]

from config.databases import create_private_file, database
from config.folders import make_private
from config.refusals import refusals

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# local, test, build (files of an image, no data) or production; whoever says nothing gets the strict one.
ENVIRONMENT = env("DJANGO_ENV", default="production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)

VAR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
make_private(VAR, is_ours=VAR == BASE_DIR / "var")
# Uploads and exports. Written encrypted, under random names, and handed out by views only.
PRIVATE_ROOT = Path(env("PRIVATE_ROOT", default=str(VAR / "files")))
# Where the head of the audit log is noted from time to time; best on another disk or machine.
AUDIT_ANCHORS = Path(env("AUDIT_ANCHORS", default=str(VAR / "audit-anchors.jsonl")))
# Which line of it was written last; apart from it where AUDIT_ANCHORS names another disk.
AUDIT_ANCHORS_END = Path(env("AUDIT_ANCHORS_END", default=str(VAR / "audit-anchors.end")))

# Copies of all data: where, encrypted with what, how many stay, how old the newest good one may be (config.backups).
BACKUP_DIR = env("BACKUP_DIR", default="")
BACKUP_PASSPHRASE = os.environ.get("BACKUP_PASSPHRASE", "")
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
BACKUP_MAX_AGE = timedelta(hours=env.int("BACKUP_MAX_AGE_HOURS", default=26))

# Figures of the machinery for Prometheus on a port of their own, with whoever is let through to it (config.metrics).
METRICS_PORT = env.int("METRICS_PORT", default=0)
METRICS_HOST = env("METRICS_HOST", default="127.0.0.1")

# --- keys -------------------------------------------------------------------------------------------------------

# Not through env(): it would take a value that begins with $ for the name of another variable.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
FIELD_KEYS = os.environ.get("FIELD_KEYS", "")
AUDIT_KEY = os.environ.get("AUDIT_KEY", "")
LOOKUP_KEY = os.environ.get("LOOKUP_KEY", "")
if not PRODUCTION and not all([SECRET_KEY, FIELD_KEYS, AUDIT_KEY, LOOKUP_KEY]):
    raise ImproperlyConfigured("SECRET_KEY, FIELD_KEYS, AUDIT_KEY or LOOKUP_KEY is missing: `make setup` writes them.")

# --- apps -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "reports",
    "counseling",
    "screening",
    "students",
    "schools",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "heroicons",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "config.middleware.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.SecurityHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.middleware.LineBreaks",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "schools.middleware.ViewerMiddleware",
    "schools.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]
if METRICS_PORT:
    MIDDLEWARE.insert(0, "config.request_counts.CountRequests")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
        },
    }
]

FORM_RENDERER = "schools.common.rendering.FormRenderer"

# --- data -------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": database(
        env("DATABASE_URL", default=f"sqlite:///{VAR / 'xinyu.sqlite3'}"),
        base=BASE_DIR,
        # Threads of the web process share a pool; workers hold one plain connection each.
        pooled=env.bool("DB_POOL", default=False),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "config.caches.SteadyRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "xinyu",
            # A server that takes no connection, or never answers, costs a page a second and not a minute.
            "OPTIONS": {
                "serializer": "config.caches.PlainSerializer",
                "socket_connect_timeout": 1,
                "socket_timeout": 1,
            },
        }
    }
    CACHES["progress"] = CACHES["default"]
else:
    CACHES = {
        # Limits and used codes: one count for all web processes.
        "default": {"BACKEND": "config.caches.SharedFileCache", "LOCATION": str(VAR / "cache")},
        # How far a job is: counts only, which the worker's process tells and the web's shows.
        "progress": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(VAR / "progress"),
        },
    }

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- channels outside ---------------------------------------------------------------------------------------------

# Hosts (with the port where it is not the usual one) that robots and the gateway for text messages may have; they may
# be private. A unit can choose among these only, and redirects are not followed.
NOTICE_HOSTS = [host.strip() for host in env.list("NOTICE_HOSTS", default=[]) if host.strip()]
EMAIL_HOST = env("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="xinyu@localhost")

# --- background work --------------------------------------------------------------------------------------------

# A message carries the id of a row and nothing else: the row has the state, the lease and the result.
if REDIS_URL:
    # Django writes unix:///path?db=1 where Celery writes redis+socket:///path?virtual_host=1.
    CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"socket_connect_timeout": 2, "socket_keepalive": True}
else:
    CELERY_BROKER_URL = "filesystem://localhost//"
    MESSAGES = VAR / "queue"
    for folder in (MESSAGES / "messages", MESSAGES / "control"):
        folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(MESSAGES / "messages"),
        "data_folder_out": str(MESSAGES / "messages"),
        "control_folder": str(MESSAGES / "control"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "xinyu"
# What takes minutes waits in a line of its own: no urgent call stands behind a long PDF. A worker that is not told its
# lines (`--queues`) takes both.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("xinyu", "long")]  # type: ignore[no-untyped-call]
CELERY_TASK_ROUTES = {
    name: {"queue": "long"}
    for name in (
        "schools.tasks.run_job",
        "schools.tasks.run_waiting_jobs",
        "schools.tasks.recount_all",
        "schools.tasks.prove_audit",
        "config.tasks.nightly_copy",
    )
}
# A request that starts a job does not wait for a broker that is down: the sweep takes the job up.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200  # a long PDF leaves its memory with the process that made it
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is down for hours ends neither worker nor scheduler
CELERY_BEAT_SCHEDULER = "config.scheduler.Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_TIMEZONE = "Asia/Shanghai"

# --- people -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "schools.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("staff_number", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "staff_number"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "schools.accounts.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "schools.accounts.sign_in.SignInForm"}
# Axes counts wrong passwords by person and address; allauth's limits by address would lock out a school behind one.
# What is left counts wrong codes of a second factor, by person.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "10/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": None,
}
MFA_ADAPTER = "schools.accounts.sign_in.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "schools.accounts.codes.ActivateForm",
    "authenticate": "schools.accounts.codes.AuthenticateForm",
    "reauthenticate": "schools.accounts.codes.ReauthenticateForm",
    "add_webauthn": "schools.accounts.passkeys.AddForm",
    "authenticate_webauthn": "schools.accounts.passkeys.AuthenticateForm",
    "login_webauthn": "schools.accounts.passkeys.LoginForm",
    "reauthenticate_webauthn": "schools.accounts.passkeys.ReauthenticateForm",
}
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Xinyu"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # passkeys on http://127.0.0.1

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_HANDLER = "schools.accounts.sign_in.LockHandler"
AXES_USERNAME_CALLABLE = "schools.accounts.sign_in.name_to_count"
AXES_LOCKOUT_CALLABLE = "schools.accounts.sign_in.locked_out"
# What was typed as a name may be a phone number; the audit log says who signed in when.
AXES_SENSITIVE_PARAMETERS = ["login", "code", "credential"]
AXES_DISABLE_ACCESS_LOG = True
# A lock ends after its time even if somebody goes on trying, or anybody could keep a colleague out for good.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Printed on the sign-in page while invented units are in the database.
DEMO_PASSWORD = "xinyu-demo-2026"  # noqa: S105
# How many proxies of ours stand in front; see config.middleware.ClientAddress.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# --- sessions, cookies, HTTPS -----------------------------------------------------------------------------------

SESSION_ENGINE = "schools.accounts.session_store"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
ALLOWED_HOSTS = [host.strip() for host in ALLOWED_HOSTS if host.strip()]

if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    # Whether the other names under the domain may be forced to HTTPS is their owners' decision.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    if PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- language, time, files --------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(PRIVATE_ROOT)}},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT in ("production", "build")
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
        # An image is built by root and run by somebody else; what people upload stays private to the account.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

# --- log --------------------------------------------------------------------------------------------------------

# Names, notes and answers never stand in a log: no request bodies, no SQL with its values, no words of an exception.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.logs.PlacesOnly" if PRODUCTION else "logging.Formatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.db.backends": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
    },
}

create_private_file(DATABASES["default"])
if PRODUCTION and (reasons := list(refusals(globals()))):
    raise ImproperlyConfigured("Xinyu does not start in production like this. " + " ".join(reasons))
