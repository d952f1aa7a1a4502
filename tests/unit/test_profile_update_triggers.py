"""Which events tell the legacy system what their user changed, and what comes of failures."""

import copy
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.domain.errors import LegacyNotReachedError
from authcore.settings import load
from authcore.settings.legacy import LegacySettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.sync import FieldSettings
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.account_linking import AccountLinkingTrigger
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event
from authcore_lambda.pre_token_generation import PreTokenGenerationTrigger
from authcore_lambda.profile_updates import tell_legacy
from support.gate import AMPLE
from unit import account_linking_world, pre_token_generation_world
from unit.account_linking_world import PROOFS
from unit.pre_token_generation_world import HOSTED, REFRESH
from unit.trigger_world import EXTERNAL, NATIVE, trigger_event


CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
AUTHENTICATED: Final = "PostAuthentication_Authentication"


class Told:
    """What the legacy system was told, or a call that fails."""

    def __init__(self) -> None:
        self.calls: list[tuple[str | None, str]] = []

    def __call__(self, event: TriggerEvent, legacy_uid: str, time: Deadline) -> None:
        assert time.remaining(timedelta(0)) > timedelta(0)
        self.calls.append((event.username, legacy_uid))


def linking_event(source: str, *, is_linked: bool) -> tuple[AccountLinkingTrigger, Told, Event]:
    world, told = account_linking_world.World(), Told()
    user = world.directory.add("elizabeth")
    proof = PROOFS.prove_link(user.subject, "1813") if is_linked else ""
    held = {**EXTERNAL, "sub": user.subject, "custom:legacy_uid": "1813" if is_linked else ""}
    trigger = AccountLinkingTrigger(
        linking=lambda *_: world.linking,
        audit=world.audit,
        budget=AMPLE,
        failures=world.trigger._failures,
        tell_legacy=told,
    )
    return trigger, told, trigger_event(source, {**held, "custom:legacy_linked": proof})


def test_a_linked_user_who_signs_in_tells_the_account() -> None:
    # PS-04
    trigger, told, event = linking_event(AUTHENTICATED, is_linked=True)
    before = copy.deepcopy(event)

    assert trigger(event, None) == before
    assert told.calls == [("elizabeth", "1813")]


@pytest.mark.parametrize("is_linked", [True, False])
def test_a_user_who_has_just_been_confirmed_tells_nothing(is_linked: bool) -> None:
    trigger, told, event = linking_event(CONFIRMED, is_linked=is_linked)
    trigger(event, None)

    assert told.calls == []


def test_a_user_whose_account_is_created_tells_nothing_more() -> None:
    trigger, told, event = linking_event(AUTHENTICATED, is_linked=False)
    trigger(event, None)

    assert told.calls == []


def test_a_refused_user_tells_nothing() -> None:
    # AL-06
    trigger, told, event = linking_event(AUTHENTICATED, is_linked=True)
    event["request"]["userAttributes"]["custom:legacy_linked"] = "linked." + "0" * 64
    trigger(event, None)

    assert told.calls == []


def token_trigger(told: Told) -> tuple[PreTokenGenerationTrigger, dict[str, object]]:
    world = pre_token_generation_world.World()
    proof = world.prove("elizabeth", "1813")
    trigger = PreTokenGenerationTrigger(
        links=world.trigger._links,
        audit=world.audit,
        tell_legacy=told,
    )
    ids = {"custom:legacy_uid": "1813", "custom:legacy_linked": proof}
    return trigger, {"sub": world.user.subject, **ids}


@pytest.mark.parametrize(
    ("source", "kind", "is_told"),
    [
        (HOSTED, NATIVE, True),
        (HOSTED, EXTERNAL, False),
        (REFRESH, NATIVE, True),
        (REFRESH, EXTERNAL, True),
        ("TokenGeneration_ClientCredentials", NATIVE, False),
    ],
)
def test_a_token_tells_the_account_where_no_other_trigger_has(
    source: str, kind: Mapping[str, Any], is_told: bool
) -> None:
    told = Told()
    trigger, ids = token_trigger(told)

    trigger(trigger_event(source, {**kind, **ids}), None)

    assert told.calls == ([("elizabeth", "1813")] if is_told else [])


@pytest.mark.parametrize("ids", [{"custom:legacy_linked": ""}, {"custom:legacy_uid": "1814"}])
def test_a_token_without_a_proof_tells_no_account(ids: dict[str, str]) -> None:
    # AL-06
    told = Told()
    trigger, proven = token_trigger(told)

    trigger(trigger_event(REFRESH, {**EXTERNAL, **proven, **ids}), None)

    assert [uid for _, uid in told.calls if uid != "1813"] == []


def settings(fields: str) -> tuple[FieldSettings, LegacySettings, LinkingSettings]:
    import attrs

    @attrs.frozen
    class Groups:
        sync: FieldSettings
        legacy: LegacySettings
        linking: LinkingSettings

    groups = load(
        Groups,
        {
            "AUTHCORE_SYNC_FIELDS": fields,
            "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
            "AUTHCORE_LEGACY_API_KEY": "key",
        },
    )
    return groups.sync, groups.legacy, groups.linking


def test_where_the_legacy_system_owns_every_field_nothing_is_built() -> None:
    assert tell_legacy(*settings("email name"), audit=InMemoryAuditLog(), http=None) is None


def test_without_time_nothing_is_sent_and_the_sign_in_goes_through() -> None:
    # LT-01, LT-06
    audit = InMemoryAuditLog()
    tell = tell_legacy(*settings("none"), audit=audit, http=None)
    assert tell is not None

    tell(TriggerEvent.read(trigger_event(REFRESH)), "1813", Deadline(timedelta(0), None))

    assert [(e.action, e.reason, e.detail) for e in audit.events] == [
        ("profile.update", LegacyNotReachedError.code, "no time left")
    ]


@pytest.mark.parametrize("attributes", [{}, {"sub": 5}, {**EXTERNAL, "identities": "[1]"}])
def test_an_event_that_cannot_be_read_tells_nothing(
    attributes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    # LT-03, LT-04
    audit = InMemoryAuditLog()
    tell = tell_legacy(*settings("email"), audit=audit, http=None)
    assert tell is not None

    tell(TriggerEvent.read(trigger_event(REFRESH, attributes)), "1813", Deadline(AMPLE, None))

    assert audit.events == []
    assert "fault: EventUnreadableError" in caplog.text
