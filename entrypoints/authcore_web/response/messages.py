"""What people are told."""

from typing import Final

from authcore_web.response.html import Notice


START_AGAIN: Final = "Start again"


MISUNDERSTOOD: Final = Notice(
    "That link did not work",
    "The address was incomplete or altered on its way. You can start the sign-in again from here.",
    START_AGAIN,
)
NOT_COMPLETED: Final = Notice(
    "This sign-in can no longer be finished",
    "It took too long, was finished before, or was begun in another browser or window. "
    "Nothing is wrong with your account.",
    START_AGAIN,
)
PROVIDER_REFUSED: Final = Notice(
    "You are not signed in",
    "The sign-in page was left or refused before it was complete. Your account is unchanged.",
    START_AGAIN,
)
FOREIGN_TARGET: Final = Notice(
    "We do not send people there",
    "The page you were to be taken to after sign-in is not one of ours. "
    "You can still sign in and begin from the front page.",
    START_AGAIN,
)
NOT_SIGNED_IN: Final = Notice("You are not signed in", "Please sign in.", "Sign in")
TOO_LARGE: Final = Notice(
    "Your session does not fit",
    "Your account carries more data than a browser can keep for us. Signing in again will not "
    "help; please tell the people who run this service.",
)
OUR_FAULT: Final = Notice(
    "Something is wrong on our side",
    "Sign-in is not set up correctly at the moment. It has been noted; please try again later.",
    START_AGAIN,
)
LATER: Final = Notice(
    "Sign-in is not reachable just now",
    "A system we depend on does not answer. If you were signed in, you still are. "
    "Please try again in a moment.",
    "Try again",
)
LOOP: Final = Notice(
    "We keep signing you in, but the page does not accept it",
    "You were signed in several times in a row, and the page asked for it again each time. Your "
    "account is fine; the page may not see your session. Please tell the people who run it if "
    "starting again does not help.",
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
    "This browser has forgotten your session. Not everybody else who knows of it could be told "
    "just now, and the sign-in page may still know you.",
    "Sign out there, too",
)
LOST: Final = Notice(
    "This sign-in did not go through",
    "A system we depend on did not answer in the middle of it. Nothing is wrong with your account, "
    "and if you were signed in before, you still are. Loading this page again will not help; "
    "please start again.",
    START_AGAIN,
)
NOT_FOUND: Final = Notice(
    "There is no such page", "The address leads nowhere here.", "Go to sign-in"
)
NOT_ALLOWED: Final = Notice(
    "That is not possible here", "This address does not take that kind of request.", "Go to sign-in"
)
UNEXPECTED: Final = Notice(
    "Something went wrong on our side",
    "This should not have happened, and it has been noted. You can start again.",
    START_AGAIN,
)
