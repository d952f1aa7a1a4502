"""Which refused sign-ins are offered a connection, and what becomes of their tokens."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import ConnectTicketError
from authcore.domain.model.connecting import ConnectTicket
from authcore.domain.model.session import RedirectTarget
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.accounts.connection_offers import ConnectionOffers
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from unit.connect_world import APPLE, CLIENT, ConnectWorld


TARGET = RedirectTarget("https://cms.example.com/new-post")
IDENTITY = {"userId": APPLE.user_id, "providerName": APPLE.provider_name, "primary": "true"}


class OfferWorld(ConnectWorld):
    """The same pool, and where tokens are revoked."""

    def __init__(self) -> None:
        super().__init__()
        self.revoker = InMemoryTokenRevoker(InMemoryTokenRefresher(self.clock))

    def make(
        self,
        *,
        is_on: bool = True,
        target: RedirectTarget = TARGET,
        refresh_token: str | None = "r",
        **claims: object,
    ) -> ConnectTicket | None:
        service = ConnectionOffers(
            is_on=is_on, client=CLIENT, revoker=self.revoker, clock=self.clock, audit=self.audit
        )
        given: dict[str, object] = {"identities": [IDENTITY], **claims}
        session = self.session(self.external, **given)
        token = RefreshToken(refresh_token) if refresh_token else None
        return service.make(attrs.evolve(session, tokens=TokenSet("a", "i", token)), target)


@pytest.fixture
def world() -> OfferWorld:
    return OfferWorld()


def test_the_ticket_says_who_signed_in_and_where_to(world: OfferWorld) -> None:
    # AL-13
    assert world.make() == world.ticket(target=TARGET)
    assert world.told == [("connect.offer", "accepted", "ok")]
    assert world.audit.events[0].subject == world.external.subject


def test_a_long_target_is_left_out(world: OfferWorld) -> None:
    ticket = world.make(target=RedirectTarget(TARGET + "x" * 256))

    assert ticket == world.ticket()


def test_the_refresh_token_is_revoked_whether_or_not_users_may_connect(world: OfferWorld) -> None:
    # RF-06
    assert world.make(is_on=False) is None
    assert world.make(email_verified=False) is None
    assert world.revoker.revoked == ["r", "r"]


def test_without_a_refresh_token_nothing_is_revoked(world: OfferWorld) -> None:
    assert world.make(refresh_token=None) is not None
    assert world.revoker.revoked == []


@pytest.mark.parametrize("fault", ["available", "knows_client"])
def test_a_token_that_is_not_revoked_is_recorded(world: OfferWorld, fault: str) -> None:
    setattr(world.revoker, fault, False)

    assert world.make() is not None
    assert [action for action, *_ in world.told] == ["connect.revoke", "connect.offer"]
    assert world.audit.events[0].outcome != "accepted"
    assert world.audit.events[0].detail


@pytest.mark.parametrize(
    ("reason", "claims"),
    [
        ("connect_address", {"email_verified": False}),
        ("connect_address", {"email_verified": "true"}),
        ("connect_address", {"email": None}),
        ("connect_address", {"email": "jane@thornfield"}),
        ("link_rejected", {"identities": []}),
        ("link_rejected", {"cognito:username": None}),
    ],
)
def test_a_doubt_is_no_offer(world: OfferWorld, reason: str, claims: dict[str, Any]) -> None:
    # AL-01, AL-03, AL-13
    assert world.make(**claims) is None
    assert world.told == [("connect.offer", "rejected", reason)]


def test_a_sign_in_of_ten_minutes_ago_is_no_proof(world: OfferWorld) -> None:
    now = world.clock.now()
    old = int((now - timedelta(minutes=10)).timestamp())

    with pytest.raises(ConnectTicketError):
        world.make(auth_time=old)
    ticket = world.make(auth_time=old + 1)

    assert ticket is not None
    assert ticket.expires_at - now == timedelta(seconds=1)


def test_a_clock_of_cognito_that_is_ahead_makes_no_longer_proof(world: OfferWorld) -> None:
    ahead = int((world.clock.now() + timedelta(minutes=5)).timestamp())

    ticket = world.make(auth_time=ahead)

    assert ticket is not None
    assert ticket.signed_in_at == world.clock.now()
