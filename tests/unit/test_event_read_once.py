"""Every trigger reads each member of its event once, where the event comes in."""

import copy
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest

from authcore_lambda import account_linking, pre_sign_up, pre_token_generation
from authcore_lambda.events.types import Event
from authcore_lambda.link_failures import LinkingFailedError
from authcore_lambda.pre_sign_up import EXTERNAL, SIGN_UP, SignUpRefusedError
from unit import account_linking_world, pre_sign_up_world, pre_token_generation_world
from unit.trigger_world import NATIVE, POOL_ID, trigger_event
from unit.user_migration_world import PASSWORD, legacy_accounts, trigger_on


class Watched(dict[str, Any]):
    """Counts how often each member is looked up, its own and those of the objects in it."""

    def __init__(self, members: Event, reads: Counter[str], path: str = "") -> None:
        self._reads, self._path = reads, path
        super().__init__(
            {
                name: Watched(value, reads, f"{path}{name}.") if type(value) is dict else value
                for name, value in members.items()
            }
        )

    def get(self, name: str, default: Any = None) -> Any:
        self._reads[f"{self._path}{name}"] += 1
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self._reads[f"{self._path}{name}"] += 1
        return super().__getitem__(name)


def reads_of(answer: Callable[[Event], object], event: Event) -> Counter[str]:
    reads: Counter[str] = Counter()
    with suppress(SignUpRefusedError, LinkingFailedError):
        answer(Watched(copy.deepcopy(event), reads))
    return reads


def token_event(world: pre_token_generation_world.World) -> Event:
    world.directory.set_attributes("elizabeth", {"custom:legacy_uid": ""})
    groups = {"groupsToOverride": ["editors", f"{POOL_ID}_Google"]}
    attributes = {**NATIVE, "sub": world.user.subject}
    return trigger_event(pre_token_generation_world.HOSTED, attributes, groupConfiguration=groups)


MIGRATION: Final[Event] = {
    "triggerSource": "UserMigration_Authentication",
    "userName": "emma",
    "request": {"password": PASSWORD},
}


@pytest.mark.parametrize("door", ["migration", "linking", "sign-up", "external", "token"])
def test_each_member_is_read_once(door: str) -> None:
    linking, signing_up = account_linking_world.World(), pre_sign_up_world.World()
    tokens = pre_token_generation_world.World()
    verified = pre_sign_up_world.VERIFIED
    signing_up.directory.add("elliot", verified)
    answers: dict[str, tuple[Callable[[Event], object], Event]] = {
        "migration": (lambda e: trigger_on(legacy_accounts())(e, None), MIGRATION),
        "linking": (
            lambda e: linking.trigger(e, None),
            trigger_event("PostConfirmation_ConfirmSignUp", linking.person()),
        ),
        "sign-up": (lambda e: signing_up.trigger(e, None), trigger_event(SIGN_UP)),
        "external": (
            lambda e: signing_up.trigger(e, None),
            trigger_event(EXTERNAL, {**verified}, username="Google_123"),
        ),
        "token": (lambda e: tokens.trigger(e, None), token_event(tokens)),
    }

    reads = reads_of(*answers[door])

    assert reads["triggerSource"] == reads["userName"] == reads["request"] == 1
    assert {name: times for name, times in reads.items() if times > 1} == {}


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        (account_linking.handler, "PostConfirmation_ConfirmSignUp"),
        (pre_token_generation.handler, "TokenGeneration_HostedAuth"),
        (pre_sign_up.handler, SIGN_UP),
    ],
)
def test_so_do_functions_whose_settings_cannot_work(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[Event, None], Event], source: str
) -> None:
    monkeypatch.setenv("AUTHCORE_LINKING_ON_FAILURE", "block")

    reads = reads_of(lambda event: answer(event, None), trigger_event(source))

    assert reads["triggerSource"] == 1
    assert max(reads.values()) == 1
