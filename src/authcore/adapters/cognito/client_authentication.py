"""
Authenticate as the app client with a secret that may be in the middle of a rotation.

A call tries the known secrets, the one that was accepted last first.  Where Cognito refuses all of
them, the source is read again, and what is new there is tried: at most MAX_CALLS calls.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final, TypeVar

from authcore.adapters.system import monotonic
from authcore.domain.errors import (
    ClientMisconfiguredError,
    ProviderUnavailableError,
    RejectedError,
)
from authcore.ports.client_secrets import MAX_SECRETS, ClientSecrets


MAX_CALLS: Final = 2 * MAX_SECRETS

INVALID_CLIENT: Final = "invalid_client"
"""The detail of a ClientMisconfiguredError that another secret may cure."""

Answered = TypeVar("Answered")


def with_secret(
    secrets: ClientSecrets, within: timedelta, call: Callable[[str, timedelta], Answered]
) -> Answered:
    """
    Call *call* with one secret after the other until one is not refused.

    A refused client has done nothing with the code or the token that it sent, so that both may be
    sent again.

    Args:
        secrets: Of the app client.

        within: For all calls together.

        call: Makes one call with a secret, within a time.

    Raises:
        ClientMisconfiguredError: Cognito refuses the app client with every secret.

        RejectedError: What *call* raises.

        UnavailableError: What *call* raises, or no secret is known, or no time is left to try the
            other one.
    """
    until = monotonic() + within.total_seconds()
    refusal: ClientMisconfiguredError | None = None
    refused: list[str] = []
    for secret in _candidates(secrets, refused):
        left = timedelta(seconds=until - monotonic())
        if refused and left <= timedelta(0):
            raise ProviderUnavailableError(
                "no time is left to try another client secret", detail="no time left"
            )
        try:
            answered = call(secret, left)
        except ClientMisconfiguredError as error:
            secrets.report(secret, accepted=False)
            refused.append(secret)
            refusal = error
            if error.detail != INVALID_CLIENT:
                raise
        except RejectedError:
            secrets.report(secret, accepted=True)
            raise
        else:
            secrets.report(secret, accepted=True)
            return answered
    raise refusal or ClientMisconfiguredError("there is no client secret", detail=INVALID_CLIENT)


def _candidates(secrets: ClientSecrets, refused: Sequence[str]) -> Iterator[str]:
    yield from secrets.active()
    yield from secrets.read_again(refused)
