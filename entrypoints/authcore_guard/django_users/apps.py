"""The Django application that keeps which pool user is which Django user."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """See: Django "Applications"."""

    name = "authcore_guard.django_users"
    label = "authcore_users"
    verbose_name = "Users of the pool"
    default_auto_field = "django.db.models.BigAutoField"
