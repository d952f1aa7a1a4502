"""Unfinished sign-ins, one sealed cookie each."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from authcore.adapters.cookie_header import Pairs, cookie_pairs
from authcore.adapters.cookies.chunking import MAX_SET_COOKIE_LENGTH
from authcore.adapters.cookies.room import length_beside, length_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.session import MAX_PENDING_ATTEMPTS, PendingSignIns, SignInAttempt
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock, Entropy


_PREFIX: Final = "__Host-authcore_attempt_"
_ID_LENGTH: Final = 16
ATTEMPT: Final = re.compile(rf"{_PREFIX}[0-9a-f]{{{_ID_LENGTH}}}")
"""Names of the cookies of attempts."""

_HOST_ONLY: Final = CookieScope(domain=None)
_RESTARTED: Final = "1"
_MAX_ROUNDS: Final = 2
"""Higher numbers are stored as this one; a third round is refused."""


class SealedAttemptJar(CookieJar[PendingSignIns]):
    """
    The unfinished sign-ins of a browser: one cookie each, for this host only.

    ``__Host-`` cookies cannot be set from a sibling host, so an attacker cannot begin a sign-in on
    behalf of the browser.  Expired and altered cookies are not read; ``write`` and ``clear`` delete
    them.  Cookie names differ by attempt, so ``clear`` deletes only those in the header.

    The session cookies share the header.  Where both do not fit, ``write`` drops the oldest
    attempts, but never the newest.

    Args:
        ring: Shared by the services that complete sign-ins.

        clock: Tells when an attempt expires.

        entropy: For nonces.

        budget: Maximum length of all cookies of authcore in the ``Cookie`` header, in characters,
            names included; by default DEFAULT_BUDGET.
    """

    __slots__ = ("_budget", "_clock", "_envelope")

    def __init__(
        self, *, ring: KeyRing, clock: Clock, entropy: Entropy, budget: int = DEFAULT_BUDGET
    ) -> None:
        self._envelope = Envelope("attempt", ring=ring, clock=clock, entropy=entropy)
        self._clock = clock
        self._budget = budget

    def read(self, cookie_header: str) -> PendingSignIns | None:
        """See the port."""
        carried = self._read_attempts(cookie_pairs(cookie_header)).values()
        oldest_first = sorted(carried, key=lambda attempt: attempt.expires_at)
        return PendingSignIns(tuple(oldest_first[-MAX_PENDING_ATTEMPTS:])) if carried else None

    def write(self, value: PendingSignIns, cookie_header: str = "") -> tuple[str, ...]:
        """See the port.  A cookie that the browser carries unchanged is not set again."""
        now, pairs = self._clock.now(), cookie_pairs(cookie_header)
        live = [attempt for attempt in value.attempts if attempt.expires_at > now]
        kept = self._fit_budget(live[-MAX_PENDING_ATTEMPTS:], pairs)
        surplus = [name for name in _attempt_names(cookie_header) if name not in kept]
        return (*filter(None, reversed(kept.values())), *map(_HOST_ONLY.delete_cookie, surplus))

    def _fit_budget(self, attempts: Sequence[SignInAttempt], pairs: Pairs) -> dict[str, str | None]:
        """The cookies that fit, newest first: ``Set-Cookie`` values by name; None if unchanged."""
        carried, texts = self._read_attempts(pairs), dict(pairs)
        room = self._budget - length_beside(pairs, ATTEMPT)
        kept: dict[str, str | None] = {}
        for attempt in reversed(attempts):
            name, setting = _attempt_name(attempt), None
            if carried.get(name) != attempt:
                setting = self._seal_cookie(name, attempt)
                texts[name] = setting.partition(";")[0].partition("=")[2]
            room -= length_of(name, texts[name])
            if kept and room < 0:
                break
            kept[name] = setting
        return kept

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return tuple(map(_HOST_ONLY.delete_cookie, _attempt_names(cookie_header)))

    def _read_attempts(self, pairs: Pairs) -> dict[str, SignInAttempt]:
        found: dict[str, set[SignInAttempt]] = defaultdict(set)
        for name, value in pairs:
            unsealed = self._envelope.unseal(value) if ATTEMPT.fullmatch(name) else None
            attempt = unsealed and _attempt(unsealed)
            if attempt and _attempt_name(attempt) == name:
                found[name].add(attempt)
        return {name: attempts.pop() for name, attempts in found.items() if len(attempts) == 1}

    def _seal_cookie(self, name: str, attempt: SignInAttempt) -> str:
        sealed = self._envelope.seal(_texts(attempt), expires_at=attempt.expires_at)
        cookie = _HOST_ONLY.set_cookie(name, sealed, attempt.expires_at - self._clock.now())
        if len(cookie) > MAX_SET_COOKIE_LENGTH:
            raise SessionTooLargeError("a sign-in attempt does not fit a cookie")
        return cookie


def _attempt_name(attempt: SignInAttempt) -> str:
    name = _PREFIX + attempt.state_digest[:_ID_LENGTH]
    if not ATTEMPT.fullmatch(name):
        raise ValueError("a state digest is SHA-256 in lower-case hex")
    return name


def _attempt_names(cookie_header: str) -> list[str]:
    names = dict.fromkeys(name for name, _ in cookie_pairs(cookie_header))
    return [name for name in names if ATTEMPT.fullmatch(name)]


def _texts(attempt: SignInAttempt) -> tuple[str | None, ...]:
    begun = (attempt.state_digest, attempt.code_verifier, attempt.nonce, attempt.client)
    restarted = _RESTARTED if attempt.restarted else None
    rounds = [str(min(attempt.rounds, _MAX_ROUNDS))] if attempt.rounds else []
    return (*begun, attempt.target, attempt.provider, restarted, *rounds)


def _attempt(unsealed: Unsealed) -> SignInAttempt | None:
    """Read seven texts and an optional number of rounds, or the four texts of older cookies."""
    texts = unsealed.texts
    texts = (*texts, *[None] * {4: 4, 7: 1}.get(len(texts), 0))
    match texts:
        case (
            str(state_digest),
            str(code_verifier),
            str(nonce),
            str(client),
            str() | None as target,
            str() | None as provider,
            None | "1" as restarted,
            None | "1" | "2" as rounds,
        ):
            return SignInAttempt(
                *(state_digest, code_verifier, nonce, client, unsealed.expires_at),
                target=target,
                provider=provider,
                restarted=restarted is not None,
                rounds=int(rounds or 0),
            )
        case _:
            return None
