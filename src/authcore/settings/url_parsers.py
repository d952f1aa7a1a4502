"""Parse URLs, origins, paths and caller keys."""

import re
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import is_plain, public_path_problems
from authcore.domain.model.provider_names import are_distinct_providers
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.sign_in.authorization import is_provider_name
from authcore.domain.services.sign_in.redirects import RedirectAllowlist, is_absolute_target
from authcore.settings.parsers import CALLER_KEY, words


SIGN_IN_PATH: Final = "/auth/signin"

SIGNED_IN_PATH: Final = f"{SIGN_IN_PATH}/done"
"""The auth service's page for users who signed in beside a form; guards lead there."""

CALLBACK_PATH: Final = f"{SIGN_IN_PATH}/callback"
"""Where Cognito redirects browsers to after sign-in."""

VERIFY_PATH: Final = "/auth/verify"

REFRESH_PATH: Final = "/auth/refresh"

_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
"""See: RFC 6749 §3.3."""


def service_urls(text: str) -> tuple[ServiceUrl, ...]:
    """Parse URLs that this process may call."""
    return tuple(dict.fromkeys(map(service_url, words(text))))


def callback_url(text: str) -> ServiceUrl:
    """Parse a URL of the auth service's callback."""
    return _url_of(text, CALLBACK_PATH)


def verify_url(text: str) -> ServiceUrl:
    """Parse a URL of the auth service's ``/auth/verify``."""
    return _url_of(text, VERIFY_PATH)


def _url_of(text: str, path: str) -> ServiceUrl:
    url = service_url(text)
    if not url.endswith(path):
        raise ValueError(f"must end with {path}")
    return url


def scopes(text: str) -> tuple[str, ...]:
    """Parse OAuth scopes, which must include ``openid``."""
    found = words(text)
    if not all(map(_SCOPE.fullmatch, found)) or len(set(found)) < len(found):
        raise ValueError("must be OAuth scopes, each once")
    if "openid" not in found:
        raise ValueError("must hold openid")
    return found


def providers(text: str) -> tuple[str, ...]:
    """Parse names of the pool's identity providers."""
    found = words(text)
    if not all(map(is_provider_name, found)):
        raise ValueError("must be names of at most 32 characters of ASCII")
    if not are_distinct_providers(found):
        raise ValueError("must name each provider once; letter case does not make another one")
    return found


def origins(text: str) -> tuple[str, ...]:
    """Parse origins for a redirect allow-list."""
    found = words(text)
    try:
        RedirectAllowlist(found)
    except ConfigurationError as error:
        raise ValueError("; ".join(error.problems)) from None
    return found


def target(text: str) -> str:
    """Parse an absolute URL that an allow-list could contain."""
    if not is_absolute_target(text):
        raise ValueError("must be an absolute URL of visible ASCII: https://host[:port][/path]")
    return text


def public_paths(text: str) -> tuple[str, ...]:
    """Parse public paths."""
    found = words(text)
    if problems := public_path_problems(found):
        raise ValueError("; ".join(problems))
    return found


def mount_path(text: str) -> str:
    """Parse the prefix of a mounted application; a trailing slash is dropped."""
    path = text.rstrip("/")
    if not path.startswith("/") or not is_plain(path):
        raise ValueError("must be a path that begins with a slash, and plain: /cms")
    return path


MAX_CALLER_KEYS: Final = 64
"""Upper bound, because each request is compared with every key."""

MAX_SIGN_OUT_TARGETS: Final = 100
"""Cognito's quota of sign-out URLs per app client."""

_QUERY: Final = re.compile(r"(\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?")

_CALLER_KEY: Final = re.compile(rf"(?P<name>[a-z0-9][a-z0-9._-]{{0,63}})=(?P<key>{CALLER_KEY})")

_DEFAULT_PORT: Final = re.compile(r"https://.*:443|http://.*:80")


@attrs.frozen
class CallerKey:
    """
    The API key of one caller.

    Attributes:
        name: Appears in the audit log.
        key: Secret.
    """

    name: str
    key: str = attrs.field(repr=False)


def exact_urls(text: str) -> tuple[str, ...]:
    """Parse URLs, kept character by character: https, or http on loopback; no fragment."""
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
    """Parse origins as browsers send them: no path, no default port, no star, not ``null``."""
    found = words(text)
    for origin in found:
        service_url(origin)
        if origin.count("/") != 2 or _DEFAULT_PORT.fullmatch(origin):
            raise ValueError("must be origins as browsers write them: https://app.example.com")
    return found


def caller_keys(text: str) -> tuple[CallerKey, ...]:
    """Parse ``name=key`` pairs; a name may occur several times while its key is rotated."""
    found = [_CALLER_KEY.fullmatch(word) for word in words(text)]
    keys = [CallerKey(each["name"], each["key"]) for each in found if each]
    if len(keys) < len(found):
        raise ValueError("must be name=key pairs, each key 32 to 512 characters of ASCII")
    if len({each.key for each in keys}) < len(keys) or len(keys) > MAX_CALLER_KEYS:
        raise ValueError(f"must be at most {MAX_CALLER_KEYS} keys, all different")
    return tuple(keys)
