"""Which user of a pool is which Django user."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class PoolUser(models.Model):
    """
    One user of a pool.

    Attributes:
        pool: Id of the user pool.
        subject: ``sub``, which never changes.
        user: The Django user; one for each pool user, and at most one pool user of a pool.
        stated_at: ``iat`` of the newest ID token that was applied, in seconds since 1970: an older
            one, of another browser, does not bring back groups that were taken away.
    """

    pool: Any = models.CharField(max_length=255)
    subject: Any = models.CharField(max_length=255)
    user: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pool_users"
    )
    stated_at: Any = models.FloatField(default=0.0)

    class Meta:
        """See: Django "Model Meta options"."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pool", "subject"], name="authcore_users_subject"),
            models.UniqueConstraint(fields=["pool", "user"], name="authcore_users_user"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.subject}"
