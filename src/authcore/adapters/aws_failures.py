"""
Why a call to an AWS API failed, in fixed words.

A message of AWS may quote what was sent, so only the class of an error counts.

See: AWS "Common Errors" of Cognito and DynamoDB; botocore.exceptions.
"""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from authcore.adapters.error_classes import error_class


OPERATORS: Final = frozenset(
    {
        # permission
        "AccessDenied",
        "AccessDeniedException",
        "OptInRequired",
        # credentials
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
        # credentials, or the clock of this machine
        "InvalidSignatureException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        # region, pool, app client or table
        "ResourceNotFoundException",
    }
)
"""Classes of answers that stay the same until an operator acts."""

NOTHING_TO_SIGN_WITH: Final = frozenset(
    {
        "InvalidConfigError",
        "NoCredentialsError",
        "NoRegionError",
        "PartialCredentialsError",
        "ProfileNotFound",
    }
)
"""Classes of botocore's own errors of the same kind."""

MAX_CAUSES: Final = 16
"""How many errors behind an error are looked at."""

_PHASES: Final[Mapping[str, str]] = {
    "ConnectTimeoutError": "connect timeout",
    "ReadTimeoutError": "read timeout",
    "SSLError": "connect tls",
    "ProxyConnectionError": "connect proxy",
    "EndpointConnectionError": "connect failed",
    "ConnectionClosedError": "read broken",
}
"""By class of botocore's errors."""

_STATUS: Final = re.compile(r"[1-5][0-9]{2}")
_CONNECTS: Final = (
    (ssl.SSLCertVerificationError, "connect certificate"),
    (socket.gaierror, "connect dns"),
    (ConnectionRefusedError, "connect refused"),
)
"""By class of the error behind them; the words are those of adapters/http."""


@attrs.frozen
class AwsFailure:
    """
    The cause of a failed call.

    Attributes:
        detail: The class of the answer, or the phase in which there was none.
        needs_operator: Whether every later call fails too, until an operator acts.
    """

    detail: str
    needs_operator: bool


def class_of_answer(error: Exception) -> str | None:
    """Return the class of AWS's answer, as sent; None where *error* is no answer of AWS."""
    response: Mapping[str, Any] | None = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return None
    named = response.get("Error", {}).get("Code", "")
    return named if isinstance(named, str) else ""


def message_of_answer(error: Exception) -> str:
    """Return the message of AWS's answer, which must not be recorded; empty where there is none."""
    response: Mapping[str, Any] | None = getattr(error, "response", None)
    told = response.get("Error", {}).get("Message", "") if isinstance(response, Mapping) else ""
    return told if isinstance(told, str) else ""


def failure_of(error: Exception, operators: frozenset[str] = OPERATORS) -> AwsFailure:
    """
    Say why a call failed.

    Args:
        error: What botocore raised.

        operators: The classes of answers that stay the same until an operator acts.
    """
    answered = class_of_answer(error)
    if answered is not None:
        return AwsFailure(_describe_answer(answered), answered in operators)
    kind = type(error).__name__
    detail = _phase(error, kind) or error_class(kind)
    is_untrusted = detail == "connect certificate"
    return AwsFailure(detail, is_untrusted or kind in NOTHING_TO_SIGN_WITH)


def _describe_answer(answered: str) -> str:
    """Name the class; botocore puts the HTTP status in place of one that it cannot read."""
    return f"HTTP {answered}" if _STATUS.fullmatch(answered) else error_class(answered)


def _phase(error: Exception, kind: str) -> str | None:
    phase = _PHASES.get(kind)
    if phase in ("connect tls", "connect failed"):
        causes = list(_causes(error))
        for cause, words in _CONNECTS:
            if any(isinstance(each, cause) for each in causes):
                return words
    return phase


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and the errors behind it, of which botocore keeps one in ``kwargs``."""
    waiting: list[object] = [error]
    for _ in range(MAX_CAUSES):
        if not waiting:
            return
        each = waiting.pop(0)
        if not isinstance(each, BaseException):
            continue
        yield each
        kept = getattr(each, "kwargs", {})
        waiting += [each.__cause__, each.__context__, kept.get("error"), *each.args]
