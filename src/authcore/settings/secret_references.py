"""
Secrets that a variable holds, or that are read again and again from elsewhere.

``AUTHCORE_COOKIE_KEYS`` holds the secret itself, ``AUTHCORE_COOKIE_KEYS_FILE`` the path of a file,
and ``AUTHCORE_COOKIE_KEYS_ARN`` the ARN of a secret in AWS Secrets Manager: one of the three.
"""

import re
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import attrs

from authcore.domain.model.urls import ServiceUrl


FORMS: Final = ("", "_FILE", "_ARN")
"""Endings of the variables that may give one secret."""

ENDPOINT_VARIABLE: Final = "AUTHCORE_SECRETS_ENDPOINT_URL"

Parsed = TypeVar("Parsed")

_FILE: Final = re.compile(r"/[\x20-\x7e]{1,1023}")
_ARN: Final = re.compile(
    r"arn:aws[a-z-]{0,16}:secretsmanager:[a-z]{2,4}(?:-[a-z]{1,20}){1,4}-[0-9]{1,2}:[0-9]{12}"
    r":secret:[A-Za-z0-9/_+=.@!-]{1,512}"
)
"""See: AWS Secrets Manager "Resource types defined by AWS Secrets Manager"."""


@attrs.frozen(eq=False)
class SecretReference(Generic[Parsed]):
    """
    Where a secret is.

    Attributes:
        variable: The name that gave it, e.g. ``AUTHCORE_COOKIE_KEYS_FILE``.
        parse: Reads the text there, or raises ValueError.
        file: Path; None where it is in Secrets Manager.
        arn: In Secrets Manager; None where it is in a file.
        endpoint_url: Of Secrets Manager; None, the default, for Amazon's.
    """

    variable: str
    parse: Callable[[str], Parsed] = attrs.field(repr=False)
    file: str | None = None
    arn: str | None = None
    endpoint_url: ServiceUrl | None = None


def file_path(text: str) -> str:
    """Parse the path of a secret's file."""
    if not _FILE.fullmatch(text):
        raise ValueError("must be the absolute path of a file")
    return text


def secret_arn(text: str) -> str:
    """Parse the ARN of a secret."""
    if not _ARN.fullmatch(text):
        raise ValueError("must be the ARN of a secret in AWS Secrets Manager")
    return text
