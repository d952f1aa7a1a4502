"""Decode a token without verifying it."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Final, TextIO

import attrs

from authcore.domain.errors import MalformedTokenError


MAX_TOKEN_LENGTH: Final = 16_384
"""Characters; twice what the verifier accepts, so that an oversize token can be looked at."""

STDIN: Final = "-"
"""The argument that means standard input."""


@attrs.frozen
class UnverifiedToken:
    """
    A decoded token; an attacker may have written it.

    Attributes:
        header: The JOSE header.
        claims: The payload.
        signature_length: Characters.  The signature itself is not shown, so that what is printed
            cannot be used as a token.
    """

    header: Mapping[str, object] = attrs.field(repr=False)
    claims: Mapping[str, object] = attrs.field(repr=False)
    signature_length: int


def read_token(argument: str, stdin: TextIO) -> str:
    """
    Return the token in *argument*, or the one on *stdin* where *argument* is STDIN.

    Raises:
        MalformedTokenError: The input is empty, unreadable or longer than MAX_TOKEN_LENGTH.
    """
    try:
        raw = stdin.read(MAX_TOKEN_LENGTH + 2) if argument == STDIN else argument
    except UnicodeDecodeError:
        raise MalformedTokenError("the input is not text") from None
    except OSError as error:
        raise MalformedTokenError(f"the input cannot be read: {error.strerror}") from None
    token = raw.strip()
    if not token:
        raise MalformedTokenError("there is no token in the input")
    if len(token) > MAX_TOKEN_LENGTH:
        raise MalformedTokenError(f"the input is longer than {MAX_TOKEN_LENGTH} characters")
    return token


def decode(unverified_token: str) -> UnverifiedToken:
    """
    Decode the parts of *unverified_token*.

    Raises:
        MalformedTokenError: Not three base64url parts, or a part that is not a JSON object.
    """
    parts = unverified_token.split(".")
    if len(parts) != 3:
        raise MalformedTokenError(f"a signed JWT has three parts; this has {len(parts)}")
    return UnverifiedToken(
        _json_object(parts[0], "header"), _json_object(parts[1], "payload"), len(parts[2])
    )


def _json_object(part: str, name: str) -> Mapping[str, object]:
    try:
        padded = part.encode("ascii") + b"=" * (-len(part) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise MalformedTokenError(f"the {name} is not JSON in base64url") from None
    if not isinstance(found, dict):
        raise MalformedTokenError(f"the {name} is not a JSON object")
    return found
