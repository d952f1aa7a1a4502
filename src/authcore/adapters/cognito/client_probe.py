"""
Tell a refused token from a refused app client, where Cognito answers both alike.

Over the API a revoked, expired or foreign refresh token is a NotAuthorizedException, and so is a
wrong client secret.  A second call decides: ConfirmSignUp for a user who does not exist proves the
client secret by its hash and changes nothing.  Its error class tells whether the hash was right.

======================  ==========================================================================
ConfirmSignUp answers   then
======================  ==========================================================================
a class in ACCEPTED     the client was not refused, so the token was: the session ends
NotAuthorizedException  the client is refused; the token may be valid
anything else           the text of the first answer decides: the session ends if it names the
                        token, and not the secret; otherwise nothing is known, and it does not
======================  ==========================================================================

A wrong secret hash that covers the name of another user looks like a refused token: the probe is
made for a name of its own.

Not known: whether Amazon checks the hash before everything else in this call, in every pool.  Where
it does not, these classes cannot tell a wrong secret from a revoked token.

See: Amazon Cognito ConfirmSignUp, "Computing secret hash values", "Managing user existence errors".
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from authcore.adapters.aws_failures import class_of_answer, failure_of, message_of_answer
from authcore.adapters.cognito.client_authentication import INVALID_CLIENT
from authcore.domain.errors import ClientMisconfiguredError, ProviderUnavailableError
from authcore.domain.model.tokens import RefreshToken


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

ACCEPTED: Final = frozenset(
    {
        "CodeMismatchException",
        "ExpiredCodeException",
        "TooManyFailedAttemptsException",
        "UserNotFoundException",
    }
)
"""Answers about the user or the code, which only a client with the right secret gets."""

_OF_THE_CLIENT: Final = re.compile(r"\bsecret", re.IGNORECASE)
_OF_THE_TOKEN: Final = re.compile(
    r"Invalid Refresh Token|Refresh Token has (?:expired|been revoked)", re.IGNORECASE
)


@contextmanager
def hear_message(heard: list[str]) -> Iterator[None]:
    """Add the message of the API's answer to *heard* where the block ends in one."""
    try:
        yield
    except Exception as error:
        heard.append(message_of_answer(error))
        raise


def secret_hash(secret: str, username: str, client_id: str) -> str:
    """Compute ``SECRET_HASH``.  See: Amazon Cognito "Computing secret hash values"."""
    digest = hmac.digest(secret.encode(), f"{username}{client_id}".encode(), "sha256")
    return base64.b64encode(digest).decode()


def require_known_client(
    client: "CognitoIdentityProviderClient",
    client_id: str,
    secret: str,
    *,
    token: RefreshToken,
    message: str,
) -> None:
    """
    Return if a refresh was refused because of *token*, and not because of *secret*.

    Args:
        client: Of the API.

        client_id: Of the app client.

        secret: That the refused call used.

        token: That it sent.

        message: With which it was refused.

    Raises:
        ClientMisconfiguredError: The client is refused.

        ProviderUnavailableError: Which of the two was refused is not known.
    """
    answered = ask_about_no_user(client, client_id, secret, about=token)
    if answered in ACCEPTED:
        return
    if answered == "NotAuthorizedException" or _OF_THE_CLIENT.search(message):
        raise ClientMisconfiguredError("Cognito refuses the app client", detail=INVALID_CLIENT)
    if not _OF_THE_TOKEN.search(message):
        raise ProviderUnavailableError(
            "Cognito refuses the token or the client; which one is not known", detail="ambiguous"
        )


def ask_about_no_user(
    client: "CognitoIdentityProviderClient", client_id: str, secret: str, *, about: str
) -> str:
    """
    Return the class of the answer about a user who does not exist.

    The name is a digest of *about*, which is secret: a name that can be foreseen could be
    registered, and its user confirmed.
    """
    username = f"authcore-{hashlib.sha256(about.encode()).hexdigest()[:32]}"
    try:
        client.confirm_sign_up(
            ClientId=client_id,
            SecretHash=secret_hash(secret, username, client_id),
            Username=username,
            ConfirmationCode="000000",
        )
    except Exception as error:  # noqa: BLE001 - on odd JSON botocore's parser raises AttributeError and more
        return class_of_answer(error) or failure_of(error).detail
    return "no error"
