"""What ids, secrets and URLs of app clients must look like."""

import re
from typing import Final

import attrs

from authcore.domain.model.urls import service_url


MAX_SECRETS: Final = 2
MAX_CALLBACK_URLS: Final = 100
MAX_LOGOUT_URLS: Final = 100

Texts = tuple[str, ...]

_CLIENT_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SECRET: Final = re.compile(r"[A-Za-z0-9_+-]{1,128}")


def client_word(_: object, field: "attrs.Attribute[str]", value: str) -> None:
    """Require 1 to 128 letters, digits, - or _."""
    if not _CLIENT_WORD.fullmatch(value):
        raise ValueError(f"{field.name} must be 1 to 128 letters, digits, - or _")


def at_most_two_secrets(_: object, field: "attrs.Attribute[Texts]", value: Texts) -> None:
    """Require no secret, as of a public client, or one or two."""
    if len(value) > MAX_SECRETS or not all(_SECRET.fullmatch(secret) for secret in value):
        raise ValueError(f"{field.name} must be at most two words of letters, digits, -, + or _")


def one_or_two_secrets(_: object, field: "attrs.Attribute[Texts]", value: Texts) -> None:
    """Require a confidential client."""
    at_most_two_secrets(_, field, value)
    if not value:
        raise ValueError(f"{field.name} must be one or two words")


def host_of(origin: str) -> str:
    """Return the host of *origin*, without its port."""
    return origin.partition("://")[2].partition("/")[0].rpartition(":")[0] or origin


def callback_urls(_: object, field: "attrs.Attribute[Texts]", value: Texts) -> None:
    """Require 1 to MAX_CALLBACK_URLS service URLs."""
    if not 1 <= len(value) <= MAX_CALLBACK_URLS:
        raise ValueError(f"{field.name} must hold 1 to {MAX_CALLBACK_URLS} URLs")
    for url in value:
        service_url(url)


def logout_urls(_: object, field: "attrs.Attribute[Texts]", value: Texts) -> None:
    """Require at most MAX_LOGOUT_URLS service URLs."""
    if len(value) > MAX_LOGOUT_URLS:
        raise ValueError(f"{field.name} must hold at most {MAX_LOGOUT_URLS} URLs")
    for url in value:
        service_url(url)
