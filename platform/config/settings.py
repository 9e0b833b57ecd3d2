"""Django's settings, derived from the environment in `config.env`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from apps.common.storage_address import S3Address, storage_address
from config.broker import broker_options
from config.env import ROOT, env
from config.logs import configure
from config.mail import mail

DEBUG = False
SECRET_KEY = env.secret
SITE_URL = env.site_url.rstrip("/")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = [host for host in env.allowed_hosts.split(",") if host] or [
    _site.hostname or "*",
    "localhost",
    "127.0.0.1",
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "apps.common.views.csrf_failure"
TRUSTED_PROXIES = env.trusted_proxies
LOGGING = configure(level=env.log_level, production=env.production)
LOG_REQUESTS = env.production

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "django_celery_beat",
    "django_htmx",
    "django_vite",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "apps.common",
    "apps.accounts",
    "apps.wallets",
    "apps.jobs",
    "apps.library",
    "apps.uploads",
    "apps.studio",
    "apps.voices",
    "apps.discover",
    "bench",
]

MIDDLEWARE = [
    "apps.common.middleware.request_ids",
    "django.middleware.security.SecurityMiddleware",
    "apps.common.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "apps.library.listeners.listener_cookie",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.wallets.holdings.balance_in_frame",
            ],
        },
    },
]

_database = conninfo_to_dict(env.database)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "refrain"),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        # a pooled connection may be older than the server it was made to
        "CONN_HEALTH_CHECKS": True,
        # only what sends its parameters apart can be prepared: the ledger, of all that the ORM does not write
        "OPTIONS": {
            **_database,
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
            "prepare_threshold": 5,
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis
CACHES = {"default": {"BACKEND": "apps.common.cache.ForgivingRedisCache", "LOCATION": env.redis, "KEY_PREFIX": "cache"}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis], "prefix": "channels"},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# who cannot receive mail cannot follow a link in it
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if mail(env.email_url).leaves else "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme or "http"
# by address and by account, on top of allauth's own; False for none at all
ACCOUNT_RATE_LIMITS = (
    {"signup": "30/m/ip", "login": "60/m/ip", "login_failed": "30/m/ip,5/5m/key"} if env.rate_limits else False
)
MFA_ADAPTER = "apps.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Refrain"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static" / "dist"]
# the build and the apps' own folders are served as they are: nothing to collect
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STORAGE_URL = env.storage_url
_storage = storage_address(STORAGE_URL)
MEDIA_ROOT = _storage if isinstance(_storage, Path) else env.data / "media"
EDGE_KEY = env.edge_key
CLOUDFRONT = env.cloudfront
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": ROOT / "static" / "dist" / "manifest.json"}}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.common.throttles.ScopedThrottle"],
    "DEFAULT_PAGINATION_CLASS": "apps.common.pagination.KeysetPagination",
    "EXCEPTION_HANDLER": "apps.common.problems.handle",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
# a scope without a rate is not limited; see apps.common.throttles
THROTTLES = (
    {
        "api": "1200/minute",
        "api-anonymous": "300/minute",
        "generate": "60/minute",
        "upload": "60/minute",
        "voices": "60/minute",
        "export": "5/hour",
        "delete": "10/hour",
        "plays": "600/minute",
        "plays-listener": "60/minute",
        "checkout": "20/hour",
    }
    if env.rate_limits
    else {}
)
SPECTACULAR_SETTINGS = {
    "TITLE": "Refrain",
    "VERSION": "1",
    "DESCRIPTION": "Make, keep and hear songs. Errors are problem details (RFC 9457) with a stable `type`.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.common.openapi.describe_problems",
    ],
    # fields of the same name with other values
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "apps.wallets.models.Transfer.Kind",
        "RecordingRoleEnum": "apps.voices.models.Recording.Role",
        "RoleEnum": "apps.library.models.Rendition.Role",
        "StateEnum": "apps.uploads.models.Upload.State",
        "SwapKindEnum": "apps.voices.models.Swap.Kind",
        "VisibilityEnum": "apps.library.models.Track.Visibility",
        "VoiceVisibilityEnum": "apps.voices.models.RegisteredPerformer.Visibility",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

PRODUCTION = env.production
PAYMENTS: str = env.payments.way
STRIPE_SECRET_KEY = env.payments.key
STRIPE_WEBHOOK_SECRETS = env.payments.webhook_secrets
STRIPE_API_BASE = env.payments.api_base

CELERY_BROKER_URL = env.broker
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(env.broker)
# a silent connection is given up within a minute; a worker never gives up looking for its broker
CELERY_BROKER_HEARTBEAT = 30
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# a wake that a broker loses, the sweeper replaces: no need to wait for its disk
CELERY_TASK_DEFAULT_DELIVERY_MODE = "transient"
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

SCRATCH = env.data / "scratch"
WORKSHOP = env.data / "workshop"
"""Where stages of the work on songs are kept from job to job; it may be emptied at any time."""
PROVENANCE_CERTIFICATE, PROVENANCE_KEY = env.provenance_certificate, env.provenance_key
PROVENANCE_FOLDER = env.data / "provenance"
"""Where the installation keeps the certificate that it makes for itself when it was given none."""
LEASE = timedelta(seconds=env.lease_seconds)
BEAT = timedelta(seconds=env.beat_seconds)
QUEUE_FREE_SHARE = env.queue_free_share
QUEUE_FREE_WAIT = timedelta(minutes=env.queue_free_wait_minutes)

VOICE_PREVIEWS_DAILY = env.voice_previews_daily
VOICE_POOR_FREE_MONTHLY = env.voice_poor_free_monthly
VOICE_REGISTRATIONS_DAILY = env.voice_registrations_daily
VOICE_CONVERTER = env.voice_converter
"""The program of the manifest that converts voices; empty for the embedded converter."""

WALLET_GRACE = timedelta(days=7)
"""How long credits can still be spent that came back after their lot had expired."""
WALLET_HOLD_LIFE = timedelta(days=7)
"""When a hold that nothing resolved gives its credits back by itself."""

_mail = mail(env.email_url)
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starttls, _mail.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.email_from
ADMINS = [("", address.strip()) for address in env.admins.split(",") if address.strip()]
EMAIL_SUBJECT_PREFIX = "Refrain: "

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _site.scheme == "https"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# one proxy of ours at least: only then its word about https counts
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if env.production and _site.scheme == "https" else 0
# files on their way in go straight to the bucket
_buckets = f" {_storage.origin}" if isinstance(_storage, S3Address) else ""
# browsers hold a form to the addresses it is sent on to, and who pays is sent on to Stripe
_payers = " https://checkout.stripe.com https://billing.stripe.com" if PAYMENTS == "stripe" else ""
if PAYMENTS == "stripe" and STRIPE_API_BASE != "https://api.stripe.com":
    _payers += f" {STRIPE_API_BASE}"
# blob: is how hls.js hands media to the browser; key and tempo are changed by WebAssembly, which is no eval of scripts
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        f"connect-src 'self' blob:{_buckets}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        f"form-action 'self'{_payers}",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
