"""
Where a browser lands that follows a reference.

The reader below is a second opinion, written from WHATWG URL §4.4 for special schemes and as
forgiving as browsers are; it shares nothing with the code under test.
"""

import re
import unicodedata
from urllib.parse import unquote

from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import RedirectAllowlist


ORIGIN = "https://app.example.com"
ALLOWED = RedirectAllowlist([ORIGIN])
ELSEWHERE = "https://auth.evil.example/auth/signin"


def landing_origin(reference: str) -> str:
    """The origin of *reference* as a browser on ELSEWHERE resolves it; ELSEWHERE's if relative."""
    text = re.sub(r"[\t\n\r]", "", reference.strip("".join(map(chr, range(0x21)))))
    scheme, colon, rest = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        scheme, rest = "https", text
        if not rest.replace("\\", "/").startswith("//"):
            return ELSEWHERE
    scheme = scheme.lower()
    if scheme not in ("http", "https"):
        return f"{scheme}:"
    authority = re.split(r"[/\\?#]", rest.lstrip("/\\"), maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    host, _, port = host.partition(":")
    host = unicodedata.normalize("NFKC", unquote(host)).replace("\u3002", ".").lower()
    host = re.sub("[\u00ad\u200b\u2060\ufeff]", "", host)
    default = {"http": "80", "https": "443"}[scheme]
    suffix = "" if not port or port.lstrip("0") == default else f":{port}"
    return f"{scheme}://{host}{suffix}"


def taken(allowlist: RedirectAllowlist, candidate: str) -> str | None:
    try:
        return allowlist.resolve(candidate)
    except RedirectRejectedError:
        return None
