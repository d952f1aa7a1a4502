"""What browsers are sent to: from the text of a variable to a value."""

import re
from typing import Final

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import public_path_problems
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.authorization import can_be_asked_for
from authcore.domain.services.redirects import RedirectAllowlist, is_absolute_target
from authcore.settings.parsers import words


SIGN_IN_PATH: Final = "/auth/signin"
CALLBACK_PATH: Final = f"{SIGN_IN_PATH}/callback"
"""Where the auth service takes browsers back."""

VERIFY_PATH: Final = "/auth/verify"

_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")
"""See: RFC 6749 §3.3."""


def callback_url(text: str) -> ServiceUrl:
    """A URL of the auth service's callback."""
    return _url_of(text, CALLBACK_PATH)


def verify_url(text: str) -> ServiceUrl:
    """A URL at which the auth service looks at tokens."""
    return _url_of(text, VERIFY_PATH)


def _url_of(text: str, path: str) -> ServiceUrl:
    url = service_url(text)
    if not url.endswith(path):
        raise ValueError(f"must end with {path}")
    return url


def scopes(text: str) -> tuple[str, ...]:
    """OAuth scopes, ``openid`` among them."""
    found = words(text)
    if not all(map(_SCOPE.fullmatch, found)) or len(set(found)) < len(found):
        raise ValueError("must be OAuth scopes, each once")
    if "openid" not in found:
        raise ValueError("must hold openid")
    return found


def providers(text: str) -> tuple[str, ...]:
    """Identity providers of the pool."""
    found = words(text)
    if not all(map(can_be_asked_for, found)):
        raise ValueError("must be names of at most 32 characters of ASCII")
    return found


def origins(text: str) -> tuple[str, ...]:
    """Origins for a redirect allow-list."""
    found = words(text)
    try:
        RedirectAllowlist(found)
    except ConfigurationError as error:
        raise ValueError("; ".join(error.problems)) from None
    return found


def target(text: str) -> str:
    """An absolute URL that an allow-list could allow."""
    if not is_absolute_target(text):
        raise ValueError("must be an absolute URL of visible ASCII: https://host[:port][/path]")
    return text


def public_paths(text: str) -> tuple[str, ...]:
    """Paths that may be public."""
    found = words(text)
    if problems := public_path_problems(found):
        raise ValueError("; ".join(problems))
    return found
