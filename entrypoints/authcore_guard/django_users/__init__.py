"""
Django's ``request.user`` for users of the guard, with permissions and the admin.

::

    INSTALLED_APPS = [..., "authcore_guard.django_users"]                # then: manage.py migrate
    MIDDLEWARE = [
        "authcore_guard.django.GuardMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",      # for the admin's messages
        # in place of Django's AuthenticationMiddleware:
        "authcore_guard.django_users.user_middleware.UserMiddleware",
        ...
    ]
    AUTHENTICATION_BACKENDS = ["authcore_guard.django_users.backend.CognitoBackend"]

Settings, all optional:

``AUTHCORE_USERNAMES``
    Dotted path of a function that makes the username of a new user from an authcore User.  Default:
    the pool's user name, or ``sub`` where that is taken.  An existing user is never taken over.
``AUTHCORE_GROUPS``
    Names of the pool's groups whose members are in the Django group of the same name, or a mapping
    to Django's names.  Only these Django groups are managed.  Default: none.
``AUTHCORE_STAFF_GROUPS``, ``AUTHCORE_SUPERUSER_GROUPS``
    Names of the pool's groups whose members have ``is_staff``, ``is_superuser``; others have not.
    Default: neither flag is managed, and new users have none.
``AUTHCORE_LEGACY_KEY``
    The unique field of the user model that holds the legacy id, e.g. ``pk``.  By it a user of the
    old login keeps the existing Django user, also after the move.  Default: none, and a user of the
    old login is an AnonymousUser here.
"""
