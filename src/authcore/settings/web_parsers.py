"""From text to what only the auth service reads: exact URLs, exact origins, keys of callers."""

import re
from typing import Final

import attrs

from authcore.domain.model.urls import service_url
from authcore.settings.parsers import CALLER_KEY, words


MAX_CALLER_KEYS: Final = 64
"""A request is compared with every one of them."""

MAX_SIGN_OUT_TARGETS: Final = 100
"""As many sign-out URLs as Cognito takes for one app client."""

_QUERY: Final = re.compile(r"(\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?")
_CALLER_KEY: Final = re.compile(rf"(?P<name>[a-z0-9][a-z0-9._-]{{0,63}})=(?P<key>{CALLER_KEY})")
_DEFAULT_PORT: Final = re.compile(r"https://.*:443|http://.*:80")


@attrs.frozen
class CallerKey:
    """
    What a program shows to be answered.

    Attributes:
        name: For the audit log.
        key: Secret.
    """

    name: str
    key: str = attrs.field(repr=False)


def exact_urls(text: str) -> tuple[str, ...]:
    """URLs as they stand, to the last slash: https, or http on loopback; no fragment."""
    found = words(text)
    if len(found) > MAX_SIGN_OUT_TARGETS:
        raise ValueError(f"must be at most {MAX_SIGN_OUT_TARGETS} URLs")
    for url in found:
        base, mark, query = url.partition("?")
        service_url(base)
        if not _QUERY.fullmatch(mark + query):
            raise ValueError("must be URLs without a fragment")
    return found


def web_origins(text: str) -> tuple[str, ...]:
    """Origins as browsers write them: no path, no default port, no star, never ``null``."""
    found = words(text)
    for origin in found:
        service_url(origin)
        if origin.count("/") != 2 or _DEFAULT_PORT.fullmatch(origin):
            raise ValueError("must be origins as browsers write them: https://app.example.com")
    return found


def caller_keys(text: str) -> tuple[CallerKey, ...]:
    """``name=key`` pairs, one name as often as its keys are being changed."""
    found = [_CALLER_KEY.fullmatch(word) for word in words(text)]
    keys = [CallerKey(each["name"], each["key"]) for each in found if each]
    if len(keys) < len(found):
        raise ValueError("must be name=key pairs, each key 32 to 512 characters of ASCII")
    if len({each.key for each in keys}) < len(keys) or len(keys) > MAX_CALLER_KEYS:
        raise ValueError(f"must be at most {MAX_CALLER_KEYS} keys, all different")
    return tuple(keys)
