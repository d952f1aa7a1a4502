"""base64url without padding, in exactly one spelling per value."""

import base64


def encoded(raw: bytes) -> str:
    """*raw* in base64url, no padding.  See: RFC 7515 §2."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes | None:
    """
    What *text* stands for; None unless ``encoded`` would write exactly *text*.

    The library's decoder skips foreign characters and ignores spare bits, so that many texts
    would pass for one.  See: RFC 4648 §3.5.
    """
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return raw if encoded(raw) == text else None
