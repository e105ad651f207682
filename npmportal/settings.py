"""All settings, read from the environment (docs/operations.md lists every variable). Missing ones stop the start."""

from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from npmportal import environment, file_settings, logs

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What this installation is ---------------------------------------------------------------------------------------
SECRET_KEY = environment.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS", "")
DEBUG = False
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS")
HTTPS = environment.switch("HTTPS", default="on")
SECOND_FACTOR_REQUIRED = environment.switch("SECOND_FACTOR", default="required", true="required", false="optional")
DEMONSTRATION = environment.switch("DEMONSTRATION", default="off")
PORTAL_URL = environment.address("PORTAL_URL", None if HTTPS else "http://127.0.0.1:8000")  # of links in letters

# --- Parts -----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "npmportal",
    "members",
    "visits",
    "reports",
    "npmportal.reference_lists.ReferenceListsConfig",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "guardian",
]

MIDDLEWARE = [
    "npmportal.middleware.RequestId",
    "npmportal.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "npmportal.middleware.OneEncoding",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "members.rights_of_today.RightsOfToday",
    "npmportal.session_limits.SessionLimits",
    "npmportal.session_limits.LoginOrSendAgain",
    "allauth.account.middleware.AccountMiddleware",
    "npmportal.middleware.RequestGrants",
    "npmportal.middleware.SecondFactor",
    "members.terms_first.TermsFirst",
    "members.one_register.OneRegister",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "npmportal.urls"
WSGI_APPLICATION = "npmportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "npmportal.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **environment.database("DATABASE_URL"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 3},
        "TEST": {"NAME": environment.text("TEST_DATABASE_NAME", "") or None},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits on signing in must hold when Redis is emptied, and pages must work when it is away: the cache is in PostgreSQL.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "npmportal_cache",
        # Django drops rows beyond this many. Its own 300 are soon filled by guesses, and the limits on guessing go.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Who may come in -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:start"
LOGOUT_REDIRECT_URL = "home"

# The traps of security.md M3: no anonymous row in the user table, no permissions kept between requests.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
GUARDIAN_AUTO_PREFETCH = False

ACCOUNT_ADAPTER = "npmportal.accounts.InvitationOnlyAdapter"
ACCOUNT_FORMS = {
    "login": "npmportal.account_forms.LoginForm",
    "reset_password": "npmportal.account_forms.ResetPasswordForm",
    "reset_password_from_key": "npmportal.account_forms.ResetPasswordKeyForm",
    "change_password": "npmportal.account_forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "NPM portal: "
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
PASSKEY_ACTS = ("add", "login", "authenticate", "reauthenticate")
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {f"{act}_webauthn": f"npmportal.account_forms.{act.title()}PasskeyForm" for act in PASSKEY_ACTS}
MFA_TOTP_ISSUER = "NPM portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

SESSION_ENGINE, MESSAGE_STORAGE = "npmportal.sessions", "npmportal.own_messages.MessagesOfOnePerson"
SESSION_COOKIE_AGE, SESSION_IDLE_SECONDS, SESSION_IDLE_SECONDS_OF_ADMINISTRATORS = 12 * 3600, 1800, 900  # ADR 0017
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- How it is served ------------------------------------------------------------------------------------------------
# A cookie named __Host- is only accepted over HTTPS; without it (a demonstration on this machine) the plain names do.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if proxy_header := environment.text("PROXY_HTTPS_HEADER", ""):
    # Only behind a proxy that strips this header from what clients send, or anyone could claim to be on HTTPS.
    SECURE_PROXY_SSL_HEADER = (proxy_header, "https")
ALLAUTH_TRUSTED_PROXY_COUNT = environment.count("PROXY_COUNT", 0)  # the limits go by the address the outermost saw

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

CSRF_FAILURE_VIEW = "npmportal.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1500  # sixty findings with every box ticked have 1,210

STATIC_URL = "static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "npmportal.assets.PackageFinder",
]
FILES_ROOT = Path(environment.text("FILES_ROOT"))
UPLOADS = file_settings.limits()
SCANNER_URL = file_settings.scanner("SCANNER_URL", demonstration=DEMONSTRATION)
FILE_UPLOAD_HANDLERS = file_settings.HANDLERS
STORAGES = {
    # Private files: no URL of their own, handed out by permission-checked views only (security decision D-14).
    "default": file_settings.storage(FILES_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Words, dates, numbers -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("nl", _("Dutch"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "npmportal.formats"
TIME_ZONE = environment.text("TIME_ZONE", "Europe/London")
USE_THOUSAND_SEPARATOR = True

# --- Mail ------------------------------------------------------------------------------------------------------------
locals().update(environment.mail("MAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("MAIL_FROM", "portal@localhost")
# Django mails error pages with what was posted in them to ADMINS: there are none (security R-55).
ADMINS: list[tuple[str, str]] = []

# --- Work that takes time --------------------------------------------------------------------------------------------
CELERY_BROKER_URL = environment.broker("REDIS_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 5,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "retry_policy": {"timeout": 3.0},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 630
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
JOB_SWEEP_SECONDS = environment.seconds("JOB_SWEEP_SECONDS", 15)
CELERY_BEAT_SCHEDULE = {
    **file_settings.BEAT,
    "sweep-jobs": {
        "task": "npmportal.tasks.sweep_jobs",
        "schedule": JOB_SWEEP_SECONDS,
        "options": {"expires": JOB_SWEEP_SECONDS},
    },
    "remind": {"task": "members.tasks.remind", "schedule": crontab(hour="6-20", minute=10)},  # sends once a day
    "sweep-letters": {"task": "npmportal.tasks.sweep_letters", "schedule": 900.0, "options": {"expires": 900}},
    "audit-head": {"task": "npmportal.tasks.print_audit_head", "schedule": crontab(hour="3", minute=20)},
    "follow-calendar": {"task": "visits.tasks.follow_calendar", "schedule": crontab(hour="3", minute=5)},
    "keep-people": {"task": "members.tasks.keep_people", "schedule": crontab(hour="2", minute=40)},
    "sync-affiliations": {"task": "members.tasks.sync_affiliations", "schedule": 3600.0, "options": {"expires": 3600}},
}
# How long a silent worker keeps a job, how often a working one is heard of, and when a forgotten job is rung again.
JOB_LEASE_SECONDS = environment.seconds("JOB_LEASE_SECONDS", 45)
JOB_HEARTBEAT_SECONDS, JOB_RESEND_SECONDS = JOB_LEASE_SECONDS / 4, 20

# --- Logs ------------------------------------------------------------------------------------------------------------
AUDIT_HEADS_FILE = environment.text("AUDIT_HEADS_FILE", "")
LOGGING = logs.configuration(environment.text("LOG_LEVEL", "INFO"))
