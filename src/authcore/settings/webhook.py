"""``AUTHCORE_WEBHOOK_*``: the webhooks that the legacy system sends."""

import attrs

from authcore.domain.model.webhooks import webhook_key, webhook_keys_problem
from authcore.settings.parsers import words
from authcore.settings.reader import setting
from authcore.settings.secret_references import SecretReference


def webhook_keys(text: str) -> tuple[bytes, ...]:
    """Parse the signing keys; each of them may have signed a webhook."""
    keys = tuple(map(webhook_key, words(text)))
    if problem := webhook_keys_problem(keys):
        raise ValueError(problem)
    return keys


@attrs.frozen(kw_only=True, eq=False)
class WebhookSettings:
    """The sender of ``/auth/profile-changed``."""

    keys: tuple[bytes, ...] | SecretReference[tuple[bytes, ...]] | None = setting(
        webhook_keys,
        "list of whsec_ keys",
        "keys of which one must sign each webhook of the legacy system, 1 to 8, of 24 to 64 bytes "
        "in base64 after whsec_; without any, /auth/profile-changed does not exist",
        default=None,
        reread=True,
    )
