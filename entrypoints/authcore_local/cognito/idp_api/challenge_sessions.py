"""``Session``: which challenge a sign-in over the API waits for."""

import base64
import hashlib
import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError


MAX_WRONG: Final = 5
"""Wrong answers after which a session is over."""

MAX_OPEN: Final = 10_000

_OCTETS: Final = 96


@attrs.frozen(kw_only=True)
class Pending:
    """
    A sign-in that waits for the answer to a challenge.

    Attributes:
        challenge: Its ``ChallengeName``.
        username: As Cognito returned it; answers carry it.
        subject: ``sub``; None for an unknown user, who is not told from a known one.
        state: What the challenge itself has to remember.
    """

    challenge: str
    username: str = attrs.field(repr=False)
    subject: str | None = None
    state: object = attrs.field(default=None, repr=False)


@attrs.define
class _Open:
    ends_at: datetime
    pending: Pending = attrs.field(repr=False)
    wrong: int = 0


class ChallengeSessions:
    """
    Keeps the newest MAX_OPEN for ``AuthSessionValidity``.

    Each is answered rightly once; MAX_WRONG wrong answers end it.  Safe to share between threads.
    """

    def __init__(self, config: PoolConfig, *, clock: Clock, entropy: Entropy) -> None:
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def begin(self, pending: Pending) -> str:
        """Return the ``Session`` of *pending*: base64, which cannot be guessed."""
        octets = hashlib.shake_256(self._entropy.token().encode()).digest(_OCTETS)
        session = base64.b64encode(octets).decode()
        ends_at = self._clock.now() + self._config.auth_session_validity
        with self._lock:
            self._open[session] = _Open(ends_at, pending)
            while len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        return session

    def read(self, session: str, challenge: str) -> Pending:
        """
        Return what *session* waits for, which has to be *challenge*.

        Raises:
            CognitoError: NotAuthorizedException: unknown, expired, answered, or another challenge.
        """
        with self._lock:
            found = self._open.get(session)
            if found is None or found.pending.challenge != challenge:
                raise _invalid_session()
            if found.ends_at <= self._clock.now():
                del self._open[session]
                raise _invalid_session()
            return found.pending

    def count_wrong(self, session: str) -> None:
        """Note a wrong answer; the last one that may be wrong ends the session."""
        with self._lock:
            found = self._open.get(session)
            if found is not None:
                found.wrong += 1
                if found.wrong >= MAX_WRONG:
                    del self._open[session]

    def end(self, session: str) -> None:
        """Forget *session*, if it is still there."""
        with self._lock:
            self._open.pop(session, None)

    def accept(self, session: str) -> None:
        """
        End *session* because it was answered rightly.

        Raises:
            CognitoError: NotAuthorizedException: another answer has ended it before.
        """
        with self._lock:
            if self._open.pop(session, None) is None:
                raise _invalid_session()


def _invalid_session() -> CognitoError:
    return CognitoError(
        "NotAuthorizedException", "Invalid session for the user, session is expired."
    )
