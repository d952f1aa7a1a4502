"""Which new external users are linked to a native user on the way in."""

import json
from typing import Final

import pytest

from authcore.domain.services.accounts.native_linking import NativeLinking
from authcore.ports.user_directory import ProviderLinks
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory


CANARY: Final = "canary@pemberley.example"
VERIFIED: Final = {"email": CANARY, "email_verified": "true"}
GOOGLE_NAME: Final = "Google_109511962726719553612"


class World:
    """A pool and the service in front of it."""

    def __init__(self, providers: tuple[str, ...] = ("Google",)) -> None:
        self.audit = InMemoryAuditLog()
        self.directory = InMemoryUserDirectory()
        self.opened = 0
        self.linking = NativeLinking(
            links=self._open, providers=frozenset(providers), audit=self.audit
        )

    def _open(self) -> ProviderLinks:
        self.opened += 1
        return InMemoryProviderLinks(self.directory)

    def link(self, username: str, verified_email: str | None = CANARY) -> None:
        self.linking.link(username, verified_email)

    def identities(self, username: str = "elliot") -> list[dict[str, object]]:
        user = self.directory.find(username)
        assert user is not None
        listed: list[dict[str, object]] = json.loads(user.attributes.get("identities", "[]"))
        return listed

    def reasons(self) -> list[str]:
        return [event.reason for event in self.audit.events]


@pytest.fixture
def world() -> World:
    return World()


def test_the_owner_of_the_verified_address_gets_the_identity(world: World) -> None:
    # AL-05
    user = world.directory.add("elliot", VERIFIED)

    world.link(GOOGLE_NAME)

    (identity,) = world.identities()
    assert (identity["providerName"], identity["userId"]) == ("Google", GOOGLE_NAME[7:])
    assert [(e.action, e.outcome, e.subject) for e in world.audit.events] == [
        ("native.link", "accepted", user.subject)
    ]


@pytest.mark.parametrize(
    ("username", "email"), [("Facebook_123", CANARY), (GOOGLE_NAME, None), (GOOGLE_NAME, "none")]
)
def test_the_pool_is_not_asked_for_a_newcomer_who_cannot_be_linked(
    world: World, username: str, email: str | None
) -> None:
    # AL-03
    world.link(username, email)

    assert (world.opened, world.audit.events) == (0, [])


def test_a_pool_that_does_not_answer_is_recorded_and_keeps_nobody_out(world: World) -> None:
    world.directory.unavailable = True

    world.link(GOOGLE_NAME)

    assert [(e.outcome, e.reason) for e in world.audit.events] == [
        ("unavailable", "provider_unavailable")
    ]


@pytest.mark.parametrize(
    "username",
    [
        "Facebook_123",
        "Google_Work_123",
        "Google_2_123",
        "Google_abc",
        "Google_12a",
        "Google_",
        "Google",
        "_123",
        "Google_\u0661\u0662",
        "Google_123\n",
        "",
    ],
)
def test_a_user_name_that_leaves_room_for_guessing_links_nothing(
    world: World, username: str
) -> None:
    # AL-03
    world.directory.add("elliot", VERIFIED)

    world.link(username)

    assert world.identities() == []


def test_an_id_that_looks_like_the_end_of_another_providers_name_links_nothing() -> None:
    """User ``Corp_123`` of ``Okta``, whom nobody trusts, is not ``Okta_Corp``'s user 123."""
    # AL-03
    world = World(providers=("Okta_Corp", "Corp"))
    world.directory.add("elliot", VERIFIED)

    world.link("Okta_Corp_123")

    assert world.identities() == []


def test_two_trusted_providers_that_differ_in_letter_case_alone_link_nothing() -> None:
    world = World(providers=("Google", "google"))
    world.directory.add("elliot", VERIFIED)

    world.link(GOOGLE_NAME)

    assert world.identities() == []


@pytest.mark.parametrize(
    ("attributes", "status", "enabled"),
    [
        ({"email": CANARY}, "CONFIRMED", True),
        ({"email": CANARY, "email_verified": "false"}, "CONFIRMED", True),
        (VERIFIED, "UNCONFIRMED", True),
        (VERIFIED, "FORCE_CHANGE_PASSWORD", True),
        (VERIFIED, "CONFIRMED", False),
    ],
)
def test_a_native_user_who_did_not_prove_the_address_is_given_nobody(
    world: World, attributes: dict[str, str], status: str, enabled: bool
) -> None:
    """Somebody may have signed up with a stranger's address and wait for the stranger."""
    # AL-01
    world.directory.add("elliot", attributes, status=status, enabled=enabled)

    world.link(GOOGLE_NAME)

    assert world.identities() == []
    assert world.reasons() == ["link_unverified"]


def test_of_two_native_users_with_the_address_neither_is_meant(world: World) -> None:
    world.directory.add("elliot", VERIFIED)
    world.directory.add("squatter", {"email": CANARY})

    world.link(GOOGLE_NAME)

    assert world.identities() == world.identities("squatter") == []


def test_a_user_with_five_identities_gets_no_sixth_and_the_newcomer_gets_in(world: World) -> None:
    # AL-05
    world.directory.add("elliot", VERIFIED)
    for number in range(6):
        world.link(f"Google_{number}")

    assert len(world.identities()) == 5
    assert world.reasons() == ["ok"] * 5 + ["link_rejected"]
