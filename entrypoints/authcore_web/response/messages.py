"""Messages to users: keys of the catalogues in ``authcore.adapters.pages.texts``."""

from typing import Final

from authcore.adapters.pages.catalogue import Notice


MISUNDERSTOOD: Final = Notice("misunderstood")
NOT_COMPLETED: Final = Notice("not_completed")
PROVIDER_REFUSED: Final = Notice("provider_refused")
FOREIGN_TARGET: Final = Notice("foreign_target")
NOT_SIGNED_IN: Final = Notice("not_signed_in")
TOO_LARGE: Final = Notice("too_large")
OUR_FAULT: Final = Notice("our_fault")
LATER: Final = Notice("later")
LOOP: Final = Notice("loop")
LOST: Final = Notice("lost")
NOT_FOUND: Final = Notice("not_found")
NOT_ALLOWED: Final = Notice("not_allowed")
UNEXPECTED: Final = Notice("unexpected")
SIGNED_IN: Final = Notice("signed_in")

TOO_MANY_ATTEMPTS: Final = Notice("too_many_attempts")

PASSWORD: Final = Notice("password")
PASSWORD_FOREIGN: Final = Notice("password_foreign")
CHALLENGE_OVER: Final = Notice("challenge_over")

SIGN_OUT: Final = Notice("sign_out")
SIGN_OUT_LINK: Final = Notice("sign_out_link")
FOREIGN_REQUEST: Final = Notice("foreign_request")
STILL_SIGNED_IN: Final = Notice("still_signed_in")
SIGNED_OUT: Final = Notice("signed_out")
SIGNED_OUT_HERE: Final = Notice("signed_out_here")
COOKIES_REMAIN: Final = Notice("cookies_remain")

CONNECT_TICKET: Final = Notice("connect_ticket")
CONNECT_SIGN_IN: Final = Notice("connect_sign_in")
CONNECT_ADDRESS: Final = Notice("connect_address")
CONNECT_REFUSED: Final = Notice("connect_refused")
CONNECT_LATER: Final = Notice("connect_later")
CONNECT_FOREIGN: Final = Notice("connect_foreign")
CONNECT_UNREAD: Final = Notice("connect_unread")
LINK_TAKEN_NATIVE: Final = Notice("link_taken_native")


def link_taken(provider: str | None) -> Notice:
    """Say how to sign in instead of with *provider*, a display name."""
    return _of_provider("link_taken", provider)


def connect_offer(provider: str | None) -> Notice:
    """As ``link_taken``, for a user who can connect the two afterwards."""
    return _of_provider("connect_offer", provider)


def connect_question(provider: str | None, name: str) -> Notice:
    """Ask whether *provider* should sign in *name* from now on; both as users know them."""
    return _of_provider("connect_question", provider, name=name)


def _of_provider(key: str, provider: str | None, **values: str) -> Notice:
    if provider is None:
        return Notice(f"{key}_unnamed", values)
    return Notice(key, {"provider": provider, **values})
