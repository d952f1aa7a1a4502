"""Who comes to a guarded page, and what every door must make of them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final, Literal

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.mint import TokenMint
from doors.world import DoorWorld
from unit.session_world import ACCOUNT, DUE, HOUR, LIFETIME, without_refresh_token


Outcome = Literal["in", "sign in", "later", "too large"]
CookieEffect = Literal["left", "renewed", "cleared"]


@attrs.frozen
class Observed:
    """
    What a visitor sees, whatever the door.

    Attributes:
        outcome: What became of the request.
        said: Legacy id and login of who got in, or the reason code.
        cookies: Whether the answer brings the session anew, takes it away, or leaves it.
    """

    outcome: Outcome
    said: str
    cookies: CookieEffect = "left"


Prepare = Callable[[DoorWorld], str]
"""Brings a situation about; gives the visitor's ``Cookie`` header."""


@attrs.frozen
class Situation:
    """
    One kind of visitor.

    Attributes:
        name: For people.
        prepare: Brings it about.
        expected: Through every door that can set cookies.
    """

    name: str
    prepare: Prepare
    expected: Observed

    def __str__(self) -> str:
        return self.name


COGNITO: Final = Observed("in", "4711 cognito")
RENEWED: Final = attrs.evolve(COGNITO, cookies="renewed")
LEGACY: Final = Observed("in", "1847 legacy")


def sign_in(reason: str, *, cleared: bool = False) -> Observed:
    return Observed("sign in", reason, "cleared" if cleared else "left")


def signed_in(world: DoorWorld, *, age: timedelta = timedelta(0), **claims: object) -> TokenSet:
    tokens = world.sign_in(**claims)
    world.clock.advance(age)
    return tokens


def _refused(world: DoorWorld, tokens: TokenSet) -> str:
    assert tokens.refresh_token
    world.provider.forget(tokens.refresh_token)
    return world.cookies(tokens)


def _provider_down(world: DoorWorld, tokens: TokenSet) -> str:
    world.provider.available = False
    return world.cookies(tokens)


def _without_its_last_cookie(world: DoorWorld) -> str:
    tokens = attrs.evolve(world.sign_in(), refresh_token=RefreshToken("R" * 4000))
    first, *_ = world.cookies(tokens).split("; ")
    return first


def _forged(world: DoorWorld) -> str:
    tokens = world.sign_in()
    forged = world.mint.access(signed_by="stranger")
    return world.cookies(attrs.evolve(tokens, access_token=forged))


def _of_two_people(world: DoorWorld) -> str:
    stranger = TokenMint(clock=world.clock, subject="somebody-else")
    return world.cookies(attrs.evolve(world.sign_in(), id_token=stranger.identity()))


def _of_another_client(world: DoorWorld) -> str:
    other = TokenMint(clock=world.clock, client_id="another-client")
    return world.cookies(TokenSet(other.access(), other.identity(), None))


def _revoked(world: DoorWorld) -> str:
    tokens = world.sign_in()
    world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
    return world.cookies(tokens)


def _linked(world: DoorWorld, tokens: TokenSet) -> LegacyAccount:
    subject = world.validator.verify_access_token(tokens.access_token).subject
    return attrs.evolve(ACCOUNT, cognito_id=subject)


def _revoked_beside(world: DoorWorld, of: Callable[[TokenSet], LegacyAccount]) -> str:
    tokens = world.sign_in()
    world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
    return f"{world.cookies(tokens)}; {world.legacy.open(of(tokens))}"


def _all_ended(world: DoorWorld) -> str:
    account = attrs.evolve(ACCOUNT, cognito_id="sub-jane")
    world.revocations.revoke_user("sub-jane", signed_in_until=world.now, until=world.now + HOUR)
    return world.legacy.open(account)


def _list_down(world: DoorWorld) -> str:
    world.revocations.unavailable = True
    return world.legacy.open(attrs.evolve(ACCOUNT, cognito_id="sub-jane"))


def _legacy_ended(world: DoorWorld) -> str:
    header = world.legacy.open(ACCOUNT)
    world.legacy.close(header)
    return header


def _legacy_down(world: DoorWorld) -> str:
    header = world.legacy.open(ACCOUNT)
    world.legacy.available = False
    return header


def _keys_gone(world: DoorWorld) -> str:
    header = world.cookies(world.sign_in())
    world.lose_keys()
    return header


SITUATIONS: Final = (
    Situation("a fresh browser", lambda _: "", sign_in("no_session")),
    Situation("cookies of others only", lambda _: "theme=dark; id=7", sign_in("no_session")),
    Situation("garbage", lambda _: "__Secure-authcore_session=x;;=;", sign_in("no_session")),
    Situation("signed in", lambda w: w.cookies(signed_in(w)), COGNITO),
    Situation(
        "signed in without a refresh token",
        lambda w: w.cookies(without_refresh_token(signed_in(w))),
        COGNITO,
    ),
    Situation("due", lambda w: w.cookies(signed_in(w, age=DUE)), RENEWED),
    Situation("due, provider down", lambda w: _provider_down(w, signed_in(w, age=DUE)), COGNITO),
    Situation(
        "due, provider refuses",
        lambda w: _refused(w, signed_in(w, age=DUE)),
        sign_in("refresh_rejected", cleared=True),
    ),
    Situation("expired", lambda w: w.cookies(signed_in(w, age=HOUR)), RENEWED),
    Situation(
        "expired, provider refuses",
        lambda w: _refused(w, signed_in(w, age=HOUR)),
        sign_in("refresh_rejected", cleared=True),
    ),
    Situation(
        "expired, provider down",
        lambda w: _provider_down(w, signed_in(w, age=HOUR)),
        Observed("later", "provider_unavailable"),
    ),
    Situation(
        "expired without a refresh token",
        lambda w: w.cookies(without_refresh_token(signed_in(w, age=HOUR))),
        sign_in("token_expired", cleared=True),
    ),
    Situation(
        "thirty days old",
        lambda w: w.cookies(signed_in(w, age=LIFETIME)),
        sign_in("session_too_old", cleared=True),
    ),
    Situation("a forged token", _forged, sign_in("token_signature")),
    Situation("tokens of two people", _of_two_people, sign_in("token_claim")),
    Situation("tokens of another client", _of_another_client, sign_in("token_claim")),
    Situation("a torn session", _without_its_last_cookie, sign_in("no_session")),
    Situation(
        "two sessions of one user",
        lambda w: f"{w.cookies(w.sign_in())}; {w.cookies(w.sign_in())}",
        COGNITO,
    ),
    Situation(
        "sessions of two users",
        lambda w: f"{w.cookies(w.sign_in())}; {w.cookies(w.sign_in(sub='another'))}",
        sign_in("no_session"),
    ),
    Situation("revoked", _revoked, sign_in("session_revoked", cleared=True)),
    Situation("the old login", lambda w: w.legacy.open(ACCOUNT), LEGACY),
    Situation("the old login, ended", _legacy_ended, sign_in("no_session")),
    Situation("the old login, no answer", _legacy_down, Observed("later", "legacy_unavailable")),
    Situation(
        "over here, the old login there",
        lambda w: f"{_refused(w, signed_in(w, age=HOUR))}; {w.legacy.open(ACCOUNT)}",
        attrs.evolve(LEGACY, cookies="cleared"),
    ),
    Situation(
        "revoked here, the same user's old login there",
        lambda w: _revoked_beside(w, partial(_linked, w)),
        sign_in("session_revoked"),
    ),
    Situation(
        "revoked here, another user's old login there",
        lambda w: _revoked_beside(w, lambda _: ACCOUNT),
        sign_in("session_revoked", cleared=True),
    ),
    Situation(
        "the old login of a user whose sessions were ended", _all_ended, sign_in("session_revoked")
    ),
    Situation(
        "the old login, no answer of the list",
        _list_down,
        Observed("later", "coordination_unavailable"),
    ),
    Situation("no keys", _keys_gone, Observed("later", "keys_unavailable")),
    Situation(
        "too many cookies", lambda _: "a=b; " * 4000, Observed("too large", "session_too_large")
    ),
)
