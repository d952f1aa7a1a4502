"""
The secret that Cognito publishes in Secrets Manager and rotates there.

See: Amazon Cognito CreateUserPoolClient (PublishSecretsInAWSSecretsManager), ``ClientSecretArn``.
"""

import re
from collections.abc import Sequence
from typing import Final

from authcore.adapters.strict_json import json_object
from authcore.domain.errors import SecretMisconfiguredError


_SECRET: Final = re.compile(r"[\x21-\x7e]{1,512}")


def parse_managed_secrets(
    texts: Sequence[str], *, user_pool_id: str, client_id: str
) -> tuple[str, ...]:
    """
    Read the client secret in each of *texts*, the newest first.

    Args:
        texts: JSON with ``userPoolId``, ``userPoolClientId`` and ``clientSecretValue``.  Only the
            first must be one; the version before it may be of another form.

        user_pool_id: The pool whose secret it must be.

        client_id: The app client whose secret it must be.

    Raises:
        SecretMisconfiguredError: The first text is not the secret of this app client.
    """
    newest = _secret_in(texts[0], user_pool_id, client_id)
    for text in texts[1:]:
        try:
            before = _secret_in(text, user_pool_id, client_id)
        except SecretMisconfiguredError:
            continue
        return (newest, before) if before != newest else (newest,)
    return (newest,)


def _secret_in(text: str, user_pool_id: str, client_id: str) -> str:
    try:
        members = json_object(text.encode())
    except ValueError:
        raise _unusable("content JSON") from None
    expected = {"userPoolId": user_pool_id, "userPoolClientId": client_id}
    for name, value in expected.items():
        if members.get(name) != value:
            raise _unusable(f"content {name}")
    secret = members.get("clientSecretValue")
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise _unusable("content clientSecretValue")
    return secret


def _unusable(detail: str) -> SecretMisconfiguredError:
    return SecretMisconfiguredError("the secret is not that of this app client", detail=detail)
