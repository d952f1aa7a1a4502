"""Messages to users."""

from typing import Final

from authcore_web.response.html import Notice


START_AGAIN: Final = "Start again"

MISUNDERSTOOD: Final = Notice(
    "That link did not work",
    "The address was incomplete or changed on the way. You can start the sign-in again here.",
    START_AGAIN,
)
NOT_COMPLETED: Final = Notice(
    "This sign-in can no longer be finished",
    "It took too long, was already finished, or was started in another browser or window. "
    "Your account is fine.",
    START_AGAIN,
)
PROVIDER_REFUSED: Final = Notice(
    "You are not signed in",
    "The sign-in was cancelled or refused before it was complete. Your account is unchanged.",
    START_AGAIN,
)
FOREIGN_TARGET: Final = Notice(
    "We cannot take you to that page",
    "The page that you asked for is not one of ours. "
    "You can still sign in and continue from the front page.",
    START_AGAIN,
)
NOT_SIGNED_IN: Final = Notice("You are not signed in", "Please sign in.", "Sign in")
TOO_LARGE: Final = Notice(
    "Your session does not fit",
    "Your account holds more data than a browser can store for us. Signing in again will not "
    "help; please tell the team that runs this service.",
)
OUR_FAULT: Final = Notice(
    "Something is wrong on our side",
    "Sign-in is not set up correctly at the moment. We have recorded this; please try again later.",
    START_AGAIN,
)
LATER: Final = Notice(
    "Sign-in is not available right now",
    "A system that we depend on does not answer. If you were signed in, you still are. "
    "Please try again in a moment.",
    "Try again",
)
LOOP: Final = Notice(
    "We keep signing you in, but the page does not accept it",
    "You were signed in several times in a row, and the page asked for a sign-in each time. Your "
    "account is fine; the page may not see your session. If starting again does not help, please "
    "tell the team that runs the page.",
    START_AGAIN,
)
FOREIGN_REQUEST: Final = Notice(
    "You are still signed in",
    "The request to sign you out did not come from one of our pages. You can sign out from here.",
    "Go to sign-out",
)
SIGN_OUT: Final = Notice(
    "Sign out?",
    "This ends your session here and in every application that shares it.",
    "Sign out",
)
SIGNED_OUT_HERE: Final = Notice(
    "You are signed out here",
    "Your session in this browser is deleted. We could not reach every other system that knows it "
    "just now, so the sign-in page may still recognize you.",
    "Sign out there, too",
)
COOKIES_REMAIN: Final = Notice(
    "You may still be signed in here",
    "We ended every session that your browser showed us, but it may keep a cookie that we cannot "
    "delete. To be sure, delete the cookies of this site in the settings of your browser.",
    "Continue",
)
LOST: Final = Notice(
    "This sign-in was not completed",
    "A system that we depend on did not answer in time. Your account is fine, and if you were "
    "signed in before, you still are. Loading this page again will not help; please start again.",
    START_AGAIN,
)
NOT_FOUND: Final = Notice(
    "There is no such page", "There is nothing at this address.", "Go to sign-in"
)
NOT_ALLOWED: Final = Notice(
    "That is not possible here",
    "This address does not accept that kind of request.",
    "Go to sign-in",
)
UNEXPECTED: Final = Notice(
    "Something went wrong on our side",
    "This should not have happened, and we have recorded it. You can start again.",
    START_AGAIN,
)
CONNECT_TICKET: Final = Notice(
    "There is nothing to connect",
    "It is already connected, or more than ten minutes have passed since you signed in with the "
    "other sign-in. Your account is unchanged. To connect the two, use that sign-in once more.",
    "Sign in",
)
CONNECT_SIGN_IN: Final = Notice(
    "Now sign in to your account",
    "To connect the other sign-in with your account, sign in the way you did before. Please do so "
    "even if you are signed in already: it shows that the account is yours.",
    "Sign in to your account",
)
CONNECT_ADDRESS: Final = Notice(
    "These two do not belong together",
    "The account that you are signed in to has another e-mail address than the other sign-in, or "
    "one that is not verified. Nothing was changed. Sign in to the account with that address, or "
    "verify it there first.",
    "Sign in to another account",
)
CONNECT_REFUSED: Final = Notice(
    "We could not connect the two",
    "Nothing that you have was changed: continue with the account that you are signed in to. If "
    "this happens again, please tell the team that runs this service.",
    "Continue",
)
CONNECT_LATER: Final = Notice(
    "We could not connect the two just now",
    "A system that we depend on does not answer. You are still signed in. Please try again within "
    "a few minutes.",
    "Try again",
)
CONNECT_FOREIGN: Final = Notice(
    "Nothing was connected",
    "The request did not come from our page. You can connect the two from here.",
    "Continue",
)


def link_taken(provider: str | None) -> Notice:
    """Say how to sign in instead of with *provider*, a display name."""
    return Notice(
        "Please sign in the way you did before",
        f"There is an account with your e-mail address already, and {_sign_in(provider)} is not "
        "connected with it. Sign in as you did before: with user name and password, for example.",
        "Sign in",
    )


LINK_TAKEN_NATIVE: Final = Notice(
    "Please sign in the way you did before",
    "There is an account with your e-mail address already, and you opened it in another way. Sign "
    "in that way: with the button of Google or Apple, for example.",
    "Sign in",
)


def connect_offer(provider: str | None) -> Notice:
    """As ``link_taken``, for a user who can connect the two afterwards."""
    return Notice(
        "Please sign in the way you did before",
        f"There is an account with your e-mail address already, and {_sign_in(provider)} is not "
        "connected with it. Sign in to your account within ten minutes, and you can connect the "
        "two.",
        "Sign in to your account",
    )


def connect_question(provider: str | None, name: str | None) -> Notice:
    """Ask whether *provider* should sign in *name* from now on; both as users know them."""
    account = f"You are signed in as {name}." if name else "You are signed in."
    return Notice(
        f"Connect {provider or 'this sign-in'} with your account?",
        f"{account} If you connect the two, {provider or 'it'} signs you in to this account from "
        "now on.",
        "Connect",
    )


def _sign_in(provider: str | None) -> str:
    return f"{provider} sign-in" if provider else "this sign-in"
