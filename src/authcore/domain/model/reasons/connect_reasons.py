"""Reasons of refusals to connect two pool users of one person."""

from typing import Final

from authcore.domain.model.reasons.reason import REJECTED, Reason


PRESSED: Final = ("connect.link", "connect.press")
"""Actions of the button on the page of ``/auth/connect``."""

_SHOWN: Final = ("connect.show", *PRESSED)

CONNECTING: Final[tuple[Reason, ...]] = (
    Reason(
        "connect_ticket",
        REJECTED,
        ("connect.offer", *_SHOWN),
        "400, and the page that there is nothing to connect. With `connect.offer`: signs in once "
        "more.",
        "Nothing: the ten minutes are over, it is connected already, or connecting is off "
        "(`AUTHCORE_CONNECT_ACCOUNTS`).",
    ),
    Reason(
        "connect_sign_in",
        REJECTED,
        _SHOWN,
        "401, and a page that leads to the sign-in.",
        "Nothing: there is no session of a native user that began within the last ten minutes.",
    ),
    Reason(
        "connect_address",
        REJECTED,
        ("connect.offer", *_SHOWN),
        "403, and the page that the two do not belong together. With `connect.offer`: the page "
        "that says how to sign in, without an offer.",
        "The pool did not verify the same address for both users. Verify the native user's "
        "address, if it is the user's.",
    ),
)
