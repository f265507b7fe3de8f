"""Every setting of the program, from the environment only.

A malformed value stops the start; it is never guessed. The only files read are the secrets that the
environment names and ``pyproject.toml``, for the version.
"""

import contextlib
import os
import secrets
import shlex
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
ROLES = (  # units.models.Role, which cannot be imported before the settings
    "clerk",
    "unit_head",
    "verifier",
    "bureau_head",
    "leader",
    "system_admin",
    "security_admin",
    "audit_admin",
)


# --- strict readers ----------------------------------------------------------------------------


def read_boolean(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0 (or leave it out).")


def read_integer(name: str, default: int, least: int, most: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= most:
        return int(value)
    raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number from {least} to {most}.")


MAX_WORKERS = 32  # unless WORKERS says more; the embedded database has connections for this many


def usable_cores() -> int:
    """Cores this process may use; a container or `taskset` may have restricted them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = os.environ.get(name, "").strip().upper() or default
    if value in choices:
        return value
    raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(choices)}.")


def read_list(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def read_roles(name: str) -> list[str]:
    """Roles by name, or all of them."""
    roles = read_list(name, [])
    if roles == ["all"]:
        return list(ROLES)
    for role in roles:
        if role not in ROLES:
            raise ImproperlyConfigured(
                f"{name} has {role!r}; write all, or of these, separated by commas: {', '.join(ROLES)}"
            )
    return roles


def read_hosts(name: str, default: list[str]) -> list[str]:
    hosts = read_list(name, default)
    for host in hosts:
        if "/" in host or " " in host:
            raise ImproperlyConfigured(
                f"{name} has {host!r}; write host names, separated by commas: jz.example.cn,10.1.2.3"
            )
    return hosts


def read_origins(name: str) -> list[str]:
    origins = read_list(name, [])
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
            raise ImproperlyConfigured(
                f"{name} has {origin!r}; write scheme and host, separated by commas: https://ledger.example.cn"
            )
    return origins


def read_text(name: str) -> tuple[str, str]:
    """The value of NAME or the content of the file NAME_FILE, and which variable gave it."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if (value := os.environ.get(name, "").strip()) or not path:
        return value, name
    try:
        return Path(path).read_text(encoding="utf-8").strip(), f"{name}_FILE"
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path!r}, which cannot be read ({error}); name a readable text file."
        ) from error


def read_secret(name: str, generated: Path) -> str:
    """From NAME, from the file that NAME_FILE names, or generated once and stored."""
    value, source = read_text(name)
    return _long_enough(source, value) if value else _made_once(generated)


def read_old_secrets(name: str) -> list[str]:
    """Old signing keys, still accepted for verification; one a line or separated by commas."""
    value, source = read_text(name)
    return [_long_enough(source, key) for key in value.replace(",", " ").split()]


def _long_enough(name: str, value: str) -> str:
    if len(value) >= 32:
        return value
    raise ImproperlyConfigured(f"{name} is too short; write at least 32 random characters.")


def _made_once(path: Path) -> str:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _put_in_place(path, secrets.token_urlsafe(50))
        return _long_enough(str(path), path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise ImproperlyConfigured(
            f"VAR_DIR is {str(path.parent)!r}, where this user cannot keep files ({error.strerror}); "
            "name a folder of your own."
        ) from error


def _put_in_place(path: Path, text: str) -> None:
    """Link a complete file under the name, so that of several processes the first one decides."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


# A connection to a server that vanished must fail in time, not block its thread.
NETWORK = {"connect_timeout": "5", "keepalives_idle": "30", "tcp_user_timeout": "15000"}


def read_database(name: str, var_dir: Path) -> dict[str, Any]:
    """The server that NAME points at, else the embedded one, started by the first connection."""
    # Persistent connections suit a fixed number of threads, each with its own. The check before
    # each request replaces a connection whose server was restarted.
    kept = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if url := read_text(name)[0]:
        return _connection(name, url) | {"ENGINE": "django.db.backends.postgresql"} | kept
    return {"ENGINE": "ledger.database.postgres", "NAME": "jiaozhang", "VAR_DIR": var_dir} | kept


def _connection(name: str, url: str) -> dict[str, Any]:
    example = "postgresql://user:password@host:5432/database"
    if not url.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"{name} must begin with postgresql://; write {example}")
    try:
        given = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"{name} cannot be understood; write {example}") from error
    if not given.get("dbname"):
        raise ImproperlyConfigured(f"{name} names no database; write {example}")
    if not all(port.isdigit() for port in str(given.get("port", "5432")).split(",")):
        raise ImproperlyConfigured(f"{name} has a port that is not a number; write {example}")
    known = {key: str(given.pop(key, "")) for key in ("dbname", "user", "password", "host", "port")}
    return {
        "NAME": known["dbname"],
        "USER": known["user"],
        "PASSWORD": known["password"],
        "HOST": known["host"],
        "PORT": known["port"],
        "OPTIONS": NETWORK | given,
    }


# --- where things are --------------------------------------------------------------------------

VAR_DIR = Path(os.environ.get("VAR_DIR", "").strip() or BASE_DIR / "var").resolve()
DEBUG = read_boolean("DEBUG", False)
HTTPS = read_boolean("HTTPS", False)
SECRET_KEY = read_secret("SECRET_KEY", VAR_DIR / "secret_key")
SECRET_KEY_FALLBACKS = read_old_secrets("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = read_hosts("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = read_origins("CSRF_TRUSTED_ORIGINS")

DATABASES = {"default": read_database("DATABASE_URL", VAR_DIR)}
if os.environ.get("REPLICA_URL", "").strip():
    DATABASES["replica"] = read_database("REPLICA_URL", VAR_DIR)
    DATABASES["replica"]["OPTIONS"].setdefault("connect_timeout", 2)
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["ledger.database.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the program ---------------------------------------------------------------------------------

ROOT_URLCONF = "ledger.urls"
WSGI_APPLICATION = "ledger.wsgi.application"

INSTALLED_APPS = [
    "units",
    "projects",
    "ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_tables2",
    "pgtrigger",
]

MIDDLEWARE = [
    "units.middleware.SafeHeaders",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "units.middleware.cautious_headers",
    "ledger.server.health.probes",
    "ledger.server.logs.numbered",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "units.middleware.CompressedPages",
    "units.middleware.storable_address",
    "units.middleware.address_for_trail",
    "units.middleware.pages_for_trail",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "units.sign_in.gates.session_ends",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "units.sign_in.gates.duties_first",
    "units.sign_in.gates.forms_kept",
    "units.sign_in.gates.locked_out",
]
if "replica" in DATABASES:
    MIDDLEWARE.insert(-1, "ledger.database.replica.LeadersReadReplica")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",  # templates named .jinja
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "units.ground.jinja.environment"},
    },
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
                "units.context.navigation",
                "ledger.entries.context.waiting",
                "ledger.inbox.context.inbox",
                "ledger.guide.page_help.page_help",
            ],
        },
    },
]

FORM_RENDERER = "units.ground.form_renderer.FormRenderer"
DJANGO_TABLES2_TEMPLATE = "tables/table.jinja"

# --- language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ledger.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- sign-in -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "units.User"
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "units.sign_in.hashing.SameCost",  # last: makes all failures take equally long
]
PASSWORD_HASHERS = [
    "units.sign_in.hashing.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Both profiles and the default are explained in units/sign_in/passwords.py.
PASSWORD_PROFILE = read_choice("PASSWORD_PROFILE", "DENGBAO", ("DENGBAO", "MODERN"))
_IS_DENGBAO = PASSWORD_PROFILE == "DENGBAO"
PASSWORD_DAYS = 90 if _IS_DENGBAO else 0  # a password must be changed after so many days; 0: never
_DJANGOS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{_DJANGOS}.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8 if _IS_DENGBAO else 12},
    },
    *([{"NAME": "units.sign_in.passwords.ThreeClasses"}] if _IS_DENGBAO else []),
    {"NAME": f"{_DJANGOS}.CommonPasswordValidator"},
    {"NAME": f"{_DJANGOS}.NumericPasswordValidator"},
    {"NAME": "units.sign_in.passwords.NotNamedAfter"},
    *([{"NAME": "units.sign_in.passwords.NotUsedLately"}] if _IS_DENGBAO else []),
]
# Roles that must sign in with a second factor; level 3 of GB/T 22239 needs it.
REQUIRE_SECOND_FACTOR = read_roles("REQUIRE_SECOND_FACTOR")
OTP_TOTP_ISSUER = "Jiaozhang"

# --- cookies and headers -------------------------------------------------------------------------

COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_ENGINE = "units.sign_in.sessions"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
# A session ends after this long without a click, and after this long altogether.
SESSION_IDLE = timedelta(minutes=read_integer("SESSION_IDLE_MINUTES", 30, 5, 30))
SESSION_COOKIE_AGE = read_integer("SESSION_HOURS", 12, 1, 12) * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "units.sign_in.pages.form_refused"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
KNOWN_BROWSER_COOKIE_NAME = f"{COOKIE_PREFIX}known"
KNOWN_BROWSER_COOKIE_AGE = 184 * 24 * 60 * 60
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS

# waitress turns a trusted proxy's headers into scheme and address (manage.py serve).
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/v1/"]  # the API refuses plain HTTP instead
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

# --- static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 60 * 60  # for the few names without a hash
MEDIA_ROOT = VAR_DIR / "evidence"
IMPORT_ROOT = VAR_DIR / "imports"  # workbooks between preview and decision
# A virus scanner: exit status 0 clean, 1 infected. Off unless set.
SCAN_COMMAND = shlex.split(os.environ.get("SCAN_COMMAND", ""))

# --- the server (manage.py serve) ------------------------------------------------------------------

SERVE_HOST = os.environ.get("HOST", "").strip() or "127.0.0.1"
SERVE_PORT = read_integer("PORT", 8000, 1, 65535)
SERVE_WORKERS = read_integer("WORKERS", min(MAX_WORKERS, usable_cores()), 1, 64)
SERVE_THREADS = read_integer("THREADS", 6, 1, 64)  # per worker
# Forwarded headers are trusted only from this address.
TRUSTED_PROXY = os.environ.get("TRUSTED_PROXY", "").strip()
# The addresses that may read /metrics; nothing is measured for nobody.
METRICS_FROM = read_list("METRICS_FROM", [])
if METRICS_FROM:
    MIDDLEWARE.insert(
        MIDDLEWARE.index("ledger.server.health.probes"), "ledger.server.metrics.measured"
    )

# --- notices (units/outbox) --------------------------------------------------------------------------

# Hosts of group robots beside the services' own, such as a private WeCom or DingTalk.
NOTICE_HOSTS = read_hosts("NOTICE_HOSTS", [])

# --- backups (manage.py backup) --------------------------------------------------------------------

# The public key of backups; the secret key does not belong on this machine.
BACKUP_RECIPIENT = os.environ.get("BACKUP_RECIPIENT", "").strip()

# --- log -----------------------------------------------------------------------------------------

LOG_LEVEL = read_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOG_FORMAT = read_choice("LOG_FORMAT", "LINE", ("LINE", "JSON"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "LINE": {"()": "ledger.server.logs.LineFormatter"},
        "JSON": {"()": "ledger.server.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Refused requests are logged by ledger.access.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "waitress.queue": {"level": "ERROR"},  # it logs a line for each request that queues
    },
}
