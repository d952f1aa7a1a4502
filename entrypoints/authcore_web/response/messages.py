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
