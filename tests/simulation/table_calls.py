"""
What a session costs in the table, recorded: the doors run, and a table of moto's answers them.

Tokens have the sizes that were observed at Cognito.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
from dependency_injector import providers

from authcore.domain.model.session_decision import Admitted
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.fakes.token_endpoint import (
    InMemoryTokenRefresher,
    InMemoryTokenRevoker,
    MakeTokens,
    _Live,
)
from authcore_guard.container import guard_container
from doors.door_world import KeySource
from doors.live_web_world import DUE, LiveWebWorld
from simulation.table_units import CountingTable, Units
from support.dynamodb_table import TABLE, empty_table, moto_client


ACCESS: Final = 1077
IDENTITY: Final = 1745
REFRESH: Final = 1852
"""Characters.  See: amazon-cognito-identity-js, issue 688."""

SCOPE: Final = 22
PROFILE: Final = 402
"""Characters of claims that make the tokens of the mint as long."""

IN_TABLE: Final = ("texts", "revocations", "replay_cache")
"""Parts of the world whose place the table takes."""

FORMATS: Final = ("sealed", "stored")
EVENTS: Final = ("sign-in", "request", "refresh", "sign-out")


@attrs.frozen(kw_only=True)
class Setup:
    """
    Settings that decide what is kept in the table.

    Attributes:
        cookies: ``sealed`` or ``stored``.
        revocations: Whether the revocation list is kept there.
    """

    cookies: str
    revocations: bool

    def __str__(self) -> str:
        return f"{self.cookies}{', revocation list' if self.revocations else ''}"


SETUPS: Final = tuple(
    Setup(cookies=cookies, revocations=listed) for listed in (False, True) for cookies in FORMATS
)


class _Refresher(InMemoryTokenRefresher):
    """Issues refresh tokens of the usual length, and replaces each by its use."""

    def _issue(self, make: MakeTokens) -> RefreshToken:
        self._issued += 1
        token = RefreshToken(f"refresh-token-{self._issued:06d}".ljust(REFRESH, "x"))
        self._live[token] = _Live(make)
        return token


class _World(LiveWebWorld):
    """The auth service, one browser and one guarded application, with a table."""

    def __init__(self, setup: Setup, client: Any) -> None:
        self._client = client
        super().__init__(
            COOKIE_FORMAT=setup.cookies,
            STORE_TABLE=TABLE,
            REVOCATIONS_KEPT_IN="table" if setup.revocations else "nowhere",
        )
        guard = guard_container(self.environment)
        guard.override_providers(
            clock=self.clock,
            fetcher=providers.Object(KeySource(self.mint)),
            table_client=providers.Object(self.table),
            guard_refresher=providers.Object(None),
        )
        self.guard = guard.browser_guard()

    def parts(self) -> dict[str, Any]:
        given = {name: part for name, part in super().parts().items() if name not in IN_TABLE}
        self.table = CountingTable(self._client, self.clock)
        self.provider = _Refresher(self.clock)
        self.provider.rotates = True
        return {
            **given,
            "table_client": providers.Object(self.table),
            "token_refresher": providers.Object(self.provider),
            "token_revoker": providers.Object(InMemoryTokenRevoker(self.provider)),
        }

    def issued(self, token: RefreshToken, begun: dict[str, Any], **identity: object) -> TokenSet:
        access = self.mint.access(**begun, scope="x" * SCOPE)
        claims = {"at_hash": self.mint.at_hash(access), "profile": "x" * PROFILE, **identity}
        return TokenSet(access, self.mint.identity(**begun, **claims), token)

    def take(self) -> Units:
        """Return what was called since the last time."""
        taken, self.table.units = self.table.units, Units()
        return taken


def record(setup: Setup, client: Any) -> Mapping[str, Units]:
    """Return what each of EVENTS costs."""
    world = _World(setup, client)
    world.sign_in()
    costs = {"sign-in": world.take()}
    decision = world.guard.decide(world.browser.header("cms.example.com")).decision
    assert isinstance(decision, Admitted), decision
    costs["request"] = world.take()
    world.clock.advance(DUE)
    assert world.visit("/auth/session").status == 200
    costs["refresh"] = world.take()
    world.press_sign_out()
    costs["sign-out"] = world.take()
    return costs


def recorded() -> Mapping[Setup, Mapping[str, Units]]:
    """Record all SETUPS, each with a table of its own."""
    costs = {}
    with moto_client() as client:
        for setup in SETUPS:
            with empty_table(client):
                costs[setup] = record(setup, client)
    return costs
