"""Unfinished sign-ins, one sealed cookie each."""

import re
from collections import defaultdict
from collections.abc import Container, Sequence
from string import ascii_lowercase
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
_NAMES: Final = tuple(_PREFIX + letter for letter in ascii_lowercase[:MAX_PENDING_ATTEMPTS])
ATTEMPT: Final = re.compile(rf"{_PREFIX}(?:[a-j]|[0-9a-f]{{{_ID_LENGTH}}})")
"""Names of the cookies of attempts: _NAMES, and those that earlier releases set."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

_HOST_ONLY: Final = CookieScope(domain=None)
_RESTARTED: Final = "1"
_MAX_ROUNDS: Final = 2
"""Higher numbers are stored as this one; a third round is refused."""


class SealedAttemptJar(CookieJar[PendingSignIns]):
    """
    The unfinished sign-ins of a browser: one cookie each, for this host only.

    ``__Host-`` cookies cannot be set from a sibling host, so an attacker cannot begin a sign-in on
    behalf of the browser.  Expired and altered cookies are not read; ``write`` and ``clear`` delete
    them.

    There are MAX_PENDING_ATTEMPTS names, so that any number of tabs that begin at once, none of
    which knows of the others, fit the header.  Each takes a name at random of those that are free;
    where two take the same one, the earlier attempt is lost.

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
        carried = dict.fromkeys(self._read_attempts(cookie_pairs(cookie_header)).values())
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
        found = {attempt: name for name, attempt in self._read_attempts(pairs).items()}
        names = {attempt: found[attempt] for attempt in attempts if attempt in found}
        values, room = dict(pairs), self._budget - length_beside(pairs, ATTEMPT)
        kept: dict[str, str | None] = {}
        left = room
        for attempt in reversed(attempts):
            carried = names.get(attempt)
            value = values[carried] if carried else self._seal(attempt)
            length = length_of(carried or _NAMES[0], value)
            left -= length
            if kept and left < 0:
                break
            name = carried or _free_name(attempt, {*kept, *names.values()}, room // length)
            kept[name] = None if carried else self._set_cookie(name, value, attempt)
        return kept

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        return tuple(map(_HOST_ONLY.delete_cookie, _attempt_names(cookie_header)))

    def _read_attempts(self, pairs: Pairs) -> dict[str, SignInAttempt]:
        found: dict[str, set[SignInAttempt]] = defaultdict(set)
        for name, value in pairs:
            unsealed = self._envelope.unseal(value) if ATTEMPT.fullmatch(name) else None
            attempt = unsealed and _attempt(unsealed)
            if attempt and name in (*_NAMES, _earlier_name(attempt)):
                found[name].add(attempt)
        return {name: attempts.pop() for name, attempts in found.items() if len(attempts) == 1}

    def _seal(self, attempt: SignInAttempt) -> str:
        return self._envelope.seal(_texts(attempt), expires_at=attempt.expires_at)

    def _set_cookie(self, name: str, value: str, attempt: SignInAttempt) -> str:
        cookie = _HOST_ONLY.set_cookie(name, value, attempt.expires_at - self._clock.now())
        if len(cookie) > MAX_SET_COOKIE_LENGTH:
            raise SessionTooLargeError("a sign-in attempt does not fit a cookie")
        return cookie


def _free_name(attempt: SignInAttempt, taken: Container[str], fitting: int) -> str:
    """
    Choose a name at random that is not one of *taken*, of which there are fewer than _NAMES.

    Only the first *fitting* names are chosen as long as one of them is free: with a session in the
    header, tabs that begin at once would otherwise fill more names than there is room for.
    """
    if not _DIGEST.fullmatch(attempt.state_digest):
        raise ValueError("a state digest is SHA-256 in lower-case hex")
    count = min(max(fitting, 1), len(_NAMES))
    first = int(attempt.state_digest[:_ID_LENGTH], 16) % count
    order = (*_NAMES[first:count], *_NAMES[:first], *_NAMES[count:])
    return next(name for name in order if name not in taken)


def _earlier_name(attempt: SignInAttempt) -> str:
    """The name that earlier releases gave the cookie of *attempt*."""
    return _PREFIX + attempt.state_digest[:_ID_LENGTH]


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
