"""USER_SRP_AUTH: the challenge PASSWORD_VERIFIER and its answer."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter, wrong_credentials
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.sign_in_attempt import (
    Answer,
    Attempt,
    Output,
    require_parameter,
    user_of,
)
from authcore_local.cognito.idp_api.sign_in_completion import SignInCompletion
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_pool.srp import SrpHandshake, public_value
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_BAD_TIMESTAMP: Final = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."


@attrs.frozen(kw_only=True)
class SrpState:
    """A handshake, and when it began; aware, UTC."""

    handshake: SrpHandshake
    began_at: datetime


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SrpFlow:
    """
    Proves a password that the pool never sees.

    An unknown user gets a challenge too, with a salt that stays the same, and never an answer that
    is right.  The pool's SECRET_BLOCK names the session, so that answers carry no ``Session``.
    """

    config: PoolConfig
    users: UserStore
    sessions: ChallengeSessions
    sign_in: PasswordSignIn
    completion: SignInCompletion
    clock: Clock
    entropy: Entropy

    def begin(self, attempt: Attempt) -> Output:
        """Return PASSWORD_VERIFIER for ``SRP_A``."""
        client_public = required_public_value(attempt.parameters)
        user = self.sign_in.candidate(attempt.username, attempt.validation_data)
        return self.challenge(user, attempt.username, client_public)

    def challenge(
        self,
        user: PoolUser | None,
        username: str,
        client_public: int,
        *,
        with_session: bool = False,
    ) -> Output:
        """
        Return PASSWORD_VERIFIER for *user*; for *username* where there is none.

        *with_session* names the sign-in by ``Session``, too, as USER_AUTH does.
        """
        name = self.users.normalize_name(username) if user is None else user.username
        known = None if user is None else user.password
        password = known or self.users.simulate_password(name)
        handshake = password.handshake(client_public, self.entropy)
        pending = Pending(
            challenge="PASSWORD_VERIFIER",
            username=name,
            subject=None if user is None or known is None else user.subject,
            state=SrpState(handshake=handshake, began_at=self.clock.now()),
        )
        session = self.sessions.begin(pending)
        parameters = {
            "SALT": f"{int.from_bytes(password.salt):x}",
            "SRP_B": f"{handshake.server_public:x}",
            "SECRET_BLOCK": session,
            "USER_ID_FOR_SRP": name,
            "USERNAME": name,
        }
        return {
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeParameters": parameters,
            **({"Session": session} if with_session else {}),
        }

    def answer(self, answer: Answer) -> Output:
        """Check the answer to PASSWORD_VERIFIER."""
        state = answer.pending.state
        if not isinstance(state, SrpState):
            raise wrong_credentials()
        self._check_time(state, answer.text("TIMESTAMP"))
        self.sign_in.note_outcome(
            answer.pending.username, right=self._is_right(state.handshake, answer)
        )
        user = self.sign_in.require_active(user_of(self.users, answer.pending))
        answer.accept()
        return self.completion.after_first_factor(user, answer.metadata)

    def _is_right(self, handshake: SrpHandshake, answer: Answer) -> bool:
        block = answer.text("PASSWORD_CLAIM_SECRET_BLOCK")
        signature, timestamp = answer.text("PASSWORD_CLAIM_SIGNATURE"), answer.text("TIMESTAMP")
        try:
            octets = base64.b64decode(block, validate=True)
        except binascii.Error:
            return False
        proved = handshake.proves(signature, octets, timestamp)
        return proved and answer.pending.subject is not None

    def _check_time(self, state: SrpState, timestamp: str) -> None:
        said, now = parse_timestamp(timestamp), self.clock.now()
        late = now - state.began_at > self.config.srp_answer_window
        if late or abs(now - said) > self.config.srp_answer_window:
            raise CognitoError("NotAuthorizedException", "Incorrect username or password.")


def required_public_value(parameters: Mapping[str, str]) -> int:
    """
    Return ``SRP_A``.

    Raises:
        CognitoError: InvalidParameterException.
    """
    value = public_value(require_parameter(parameters, "SRP_A"))
    if value is None:
        raise invalid_parameter("SRP_A is not a valid public value")
    return value


def parse_timestamp(text: str) -> datetime:
    """
    Read ``TIMESTAMP``, e.g. ``Wed Jan 7 03:04:05 UTC 2026``.

    Raises:
        CognitoError: InvalidParameterException: other words, or a zero before the day.
    """
    try:
        weekday, month, day, time, zone, year = text.split(" ")
        hour, minute, second = time.split(":")
        parsed = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=UTC,
        )
    except ValueError:
        raise invalid_parameter(_BAD_TIMESTAMP) from None
    if zone != "UTC" or day != str(parsed.day) or weekday != _DAYS[parsed.weekday()]:
        raise invalid_parameter(_BAD_TIMESTAMP)
    return parsed
