"""Settings of a Django site whose users come from the pool."""

import os
from pathlib import Path


FOLDER = Path(__file__).parent

SECRET_KEY = os.environ["SITE_SECRET_KEY"]
ALLOWED_HOSTS = ["*"]  # AUTHCORE_GUARD_APP_URL is the site's address, not the Host header
ROOT_URLCONF = "site_pages"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SITE_DATABASE", str(FOLDER / "site.sqlite3")),
    }
}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "authcore_guard.django_users",
]
MIDDLEWARE = [
    "authcore_guard.django.GuardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "authcore_guard.django_users.user_middleware.UserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
AUTHENTICATION_BACKENDS = ["authcore_guard.django_users.backend.CognitoBackend"]
LOGIN_URL = "/login/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTHCORE_GROUPS = ["editors"]
AUTHCORE_STAFF_GROUPS = ["admins"]
AUTHCORE_SUPERUSER_GROUPS = ["admins"]
