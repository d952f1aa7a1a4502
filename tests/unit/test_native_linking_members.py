"""Which newcomer a native user may be, member by member of the event."""

from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.services.accounts.native_linking import NativeLinking, read_identity
from authcore.domain.services.accounts.sign_up_policy import SignUpPolicy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.user_attributes import EventUnreadableError, require_readable
from authcore_lambda.pre_sign_up import EXTERNAL, PreSignUpTrigger
from unit.pre_sign_up_world import VERIFIED
from unit.trigger_world import CANARY, POOL_ID, trigger_event


GOOGLE: Final = frozenset({"Google", "Facebook"})


class Asked(InMemoryProviderLinks):
    """Notes for which addresses native users were looked for."""

    def __init__(self) -> None:
        super().__init__(InMemoryUserDirectory())
        self.addresses: list[str] = []

    def native_users_with(self, email: str) -> Any:
        self.addresses.append(email)
        return super().native_users_with(email)


def _no_policy(_: Deadline) -> SignUpPolicy:
    raise AssertionError("no policy decides about an external user")


class World:
    def __init__(self) -> None:
        self.asked = Asked()
        self.pools: list[str] = []
        self.audit = InMemoryAuditLog()
        self.trigger = PreSignUpTrigger(
            policy=_no_policy, native_linking=self._linking, budget=timedelta(seconds=4)
        )

    def _linking(self, pool_id: str | EventUnreadableError, _: Deadline) -> NativeLinking:
        def open_links() -> Asked:
            self.pools.append(require_readable(pool_id))
            return self.asked

        return NativeLinking(links=open_links, providers=GOOGLE, audit=self.audit)

    def comes(self, attributes: object, username: Any = "Google_1095119627") -> list[str]:
        """The addresses that are looked for."""
        event = {**trigger_event(EXTERNAL, attributes), "userName": username}
        self.trigger(event, None)
        return self.asked.addresses


@pytest.mark.parametrize("verified", [True, "true"])
def test_a_newcomer_with_a_verified_address_is_looked_for_in_the_pool_of_the_event(
    verified: object,
) -> None:
    world = World()
    assert world.comes({"email": CANARY, "email_verified": verified}) == [CANARY]
    assert world.pools == [POOL_ID]


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"email_verified": "true"},
        {"email": "", "email_verified": "true"},
        {"email": None, "email_verified": "true"},
        {"email": 7, "email_verified": "true"},
        {"email": [CANARY], "email_verified": "true"},
        {"email": "no address", "email_verified": "true"},
        {"email": CANARY},
        *(
            {"email": CANARY, "email_verified": wrong}
            for wrong in ("false", False, None, 1, "True", "TRUE", "yes", [True], {"a": True})
        ),
        None,
        [],
        "text",
    ],
    ids=repr,
)
def test_a_newcomer_without_a_verified_address_is_not_looked_for(attributes: Any) -> None:
    world = World()
    event = trigger_event(EXTERNAL)
    event["request"]["userAttributes"] = attributes
    event["userName"] = "Google_1095119627"
    world.trigger(event, None)
    assert (world.asked.addresses, world.pools) == ([], [])
    assert world.audit.events == []


@pytest.mark.parametrize("username", [None, "", 7, ["Google_1"], {"Google": "1"}, "Google_1x"])
def test_a_user_name_that_names_no_newcomer_is_not_looked_for(username: object) -> None:
    world = World()
    assert world.comes(dict(VERIFIED), username) == []


@pytest.mark.parametrize(
    ("username", "identity"),
    [
        ("Google_1", ExternalIdentity("Google", "1")),
        ("google_1", ExternalIdentity("Google", "1")),
        ("GOOGLE_" + "9" * 64, ExternalIdentity("GOOGLE", "9" * 64)),
        ("Google_" + "9" * 65, None),
        ("Google_1\n", None),
        ("Google_1_2", None),
        ("_1", None),
        ("Google_", None),
        ("Google", None),
        ("Okta_1", None),
        ("Google_\u0661", None),
        ("P" * 33 + "_1", None),
        (None, None),
    ],
)
def test_the_user_name_names_provider_and_id_for_certain_or_no_user(
    username: str | None, identity: ExternalIdentity | None
) -> None:
    assert read_identity(username, GOOGLE) == identity


def test_two_providers_that_differ_in_letter_case_alone_name_no_user() -> None:
    assert read_identity("Google_1", frozenset({"Google", "google"})) is None


@pytest.mark.parametrize(
    ("enabled", "status", "held", "linked"),
    [
        (True, "CONFIRMED", {}, True),
        (False, "CONFIRMED", {}, False),
        (True, "UNCONFIRMED", {}, False),
        (True, "FORCE_CHANGE_PASSWORD", {}, False),
        (True, "CONFIRMED", {"email_verified": "false"}, False),
        (True, "CONFIRMED", {"email_verified": "True"}, False),
    ],
)
def test_a_native_user_is_given_to_a_newcomer_only_if_the_address_is_proven(
    status: str, held: dict[str, str], *, enabled: bool, linked: bool
) -> None:
    world = World()
    attributes = {"email": CANARY, "email_verified": "true", **held}
    world.asked._directory.replace(
        DirectoryUser("elliot", "sub-elliot", enabled, status, attributes)
    )
    world.comes(dict(VERIFIED))
    [event] = world.audit.events
    noted = (event.outcome, event.reason, event.subject)
    assert noted == (
        ("accepted", "ok", "sub-elliot") if linked else ("rejected", "link_unverified", None)
    )
