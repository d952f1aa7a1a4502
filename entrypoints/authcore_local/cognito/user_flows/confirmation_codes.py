"""Six-digit codes that prove control of an e-mail address."""

import hashlib
import hmac
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.errors import CognitoError


Purpose = Literal["sign_up", "new_password", "attribute"]

LIFETIMES: Final = {
    "sign_up": timedelta(hours=24),
    "new_password": timedelta(hours=1),
    "attribute": timedelta(hours=24),
}
MAX_WRONG: Final = 5
MAX_SENT: Final = 5
SENDING_PAUSE: Final = timedelta(minutes=15)
MAX_CODES: Final = 10_000


@attrs.frozen
class _Issued:
    code: str = attrs.field(repr=False)
    at: datetime
    wrong: int = 0
    sent: int = 1


class ConfirmationCodes:
    """
    Keeps the last code of each user and purpose.  Safe to share between threads.

    Limits: MAX_WRONG wrong answers, and MAX_SENT codes within SENDING_PAUSE of each other.
    """

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        self._issued: OrderedDict[tuple[Purpose, str], _Issued] = OrderedDict()

    def issue(self, purpose: Purpose, subject: str) -> str:
        """
        Make a new code for the user whose ``sub`` is *subject*.

        Raises:
            CognitoError: LimitExceededException.
        """
        code = six_digits(self._entropy)
        with self._lock:
            before = self._issued.pop((purpose, subject), None)
            now = self._clock.now()
            recent = before is not None and now - before.at < SENDING_PAUSE
            sent = before.sent + 1 if before is not None and recent else 1
            if before is not None and sent > MAX_SENT:
                self._issued[purpose, subject] = before
                raise _limit_error()
            self._issued[purpose, subject] = _Issued(code, now, sent=sent)
            while len(self._issued) > MAX_CODES:
                self._issued.popitem(last=False)
        return code

    def redeem(self, purpose: Purpose, subject: str, code: str) -> None:
        """
        Check and delete the user's code.

        Raises:
            CognitoError: CodeMismatchException, ExpiredCodeException (or none was sent), or
                LimitExceededException (too many wrong ones).
        """
        with self._lock:
            issued = self._issued.get((purpose, subject))
            if issued is None or issued.at + LIFETIMES[purpose] <= self._clock.now():
                raise expired_code()
            if issued.wrong >= MAX_WRONG:
                raise _limit_error()
            if not hmac.compare_digest(code.encode(), issued.code.encode()):
                self._issued[purpose, subject] = attrs.evolve(issued, wrong=issued.wrong + 1)
                raise wrong_code()
            del self._issued[purpose, subject]


def six_digits(entropy: Entropy) -> str:
    """Make a code."""
    digest = hashlib.sha256(entropy.token().encode()).digest()
    return f"{int.from_bytes(digest) % 1_000_000:06}"


def wrong_code() -> CognitoError:
    """The code is not the one that was sent."""
    return CognitoError(
        "CodeMismatchException", "Invalid verification code provided, please try again."
    )


def expired_code() -> CognitoError:
    """No valid code exists."""
    return CognitoError(
        "ExpiredCodeException", "Invalid code provided, please request a code again."
    )


def _limit_error() -> CognitoError:
    return CognitoError(
        "LimitExceededException", "Attempt limit exceeded, please try after some time."
    )
