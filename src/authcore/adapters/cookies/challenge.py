"""The challenge that a browser has to answer, in one sealed cookie."""

import json
import re
from collections.abc import Mapping
from typing import Final, get_args

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.attempts import ATTEMPT
from authcore.adapters.cookies.chunking import MAX_SET_COOKIE_LENGTH
from authcore.adapters.cookies.room import length_beside, length_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import SessionTooLargeError, UnknownChallengeError
from authcore.domain.model.challenges import Challenge, PasswordFlow, challenge_name
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock, Entropy


COOKIE: Final = "__Host-authcore_challenge"

KEPT_PARAMETERS: Final = (
    "CODE_DELIVERY_DELIVERY_MEDIUM",
    "CODE_DELIVERY_DESTINATION",
    "FRIENDLY_DEVICE_NAME",
    "MFAS_CAN_CHOOSE",
    "requiredAttributes",
)
"""What a page needs that asks once more.  Cognito needs no parameter back."""

_EARLIER: Final = 9
"""How many texts cookies of earlier releases hold, which name no attempt."""

_NAME: Final = re.compile(COOKIE)
_HOST_ONLY: Final = CookieScope(domain=None)
_FLOWS: Final[Mapping[str, PasswordFlow]] = {flow: flow for flow in get_args(PasswordFlow)}


class SealedChallengeJar(CookieJar[PendingChallenge]):
    """
    One PendingChallenge of a browser, for this host only.

    Cognito's ``Session`` stands in it and in no page.  ``__Host-`` cookies cannot be set from a
    sibling host, so an attacker cannot let a user answer the attacker's challenge.

    Args:
        ring: Shared by the services that complete sign-ins.

        clock: Tells when a challenge expires.

        entropy: For nonces.

        budget: Maximum length of this cookie and the session's in the ``Cookie`` header, in
            characters, names included; by default DEFAULT_BUDGET.  Attempts make room for both.
    """

    __slots__ = ("_budget", "_clock", "_envelope")

    def __init__(
        self, *, ring: KeyRing, clock: Clock, entropy: Entropy, budget: int = DEFAULT_BUDGET
    ) -> None:
        self._envelope = Envelope("challenge", ring=ring, clock=clock, entropy=entropy)
        self._clock = clock
        self._budget = budget

    def read(self, cookie_header: str) -> PendingChallenge | None:
        """See the port."""
        values = {value for name, value in cookie_pairs(cookie_header) if name == COOKIE}
        unsealed = self._envelope.unseal(values.pop()) if len(values) == 1 else None
        return _read_pending(unsealed) if unsealed else None

    def write(self, value: PendingChallenge, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        sealed = self._envelope.seal(_texts(value), expires_at=value.expires_at)
        cookie = _HOST_ONLY.set_cookie(COOKIE, sealed, value.expires_at - self._clock.now())
        beside = length_beside(cookie_pairs(cookie_header), ATTEMPT, _NAME)
        if len(cookie) > MAX_SET_COOKIE_LENGTH or length_of(COOKIE, sealed) + beside > self._budget:
            raise SessionTooLargeError("a challenge does not fit beside the session")
        return (cookie,)

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        is_present = any(name == COOKIE for name, _ in cookie_pairs(cookie_header))
        return (_HOST_ONLY.delete_cookie(COOKIE),) if is_present else ()


def _texts(pending: PendingChallenge) -> tuple[str | None, ...]:
    challenge = pending.challenge
    kept = {name: challenge.parameters.get(name) for name in KEPT_PARAMETERS}
    return (
        *(challenge.name, challenge.session, challenge.username, challenge.flow),
        *(pending.candidate_username, pending.client, pending.identifier),
        json.dumps({name: value for name, value in kept.items() if value}, ensure_ascii=False),
        " ".join(challenge.available),
        pending.attempt,
    )


def _read_pending(unsealed: Unsealed) -> PendingChallenge | None:
    texts = unsealed.texts
    match (*texts, None) if len(texts) == _EARLIER else texts:
        case (
            str(name),
            str() | None as session,
            str(username),
            str(flow),
            str(candidate),
            str(client),
            str(identifier),
            str(parameters),
            str(available),
            str() | None as attempt,
        ):
            challenge = _challenge(name, session, username, flow, parameters, available)
        case _:
            return None
    if challenge is None:
        return None
    return PendingChallenge(
        challenge=challenge,
        candidate_username=candidate,
        client=client,
        identifier=identifier,
        expires_at=unsealed.expires_at,
        attempt=attempt,
    )


def _challenge(
    name: str, session: str | None, username: str, flow: str, parameters: str, available: str
) -> Challenge | None:
    """Read what this or another release sealed; None where this one does not know it."""
    try:
        return Challenge(
            name=challenge_name(name),
            session=session,
            username=username,
            flow=_FLOWS[flow],
            parameters=json.loads(parameters),
            available=tuple(available.split()),
        )
    except (UnknownChallengeError, KeyError, ValueError):
        return None
