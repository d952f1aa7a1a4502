"""The flow shows who asked Cognito for its keys, and what came of it."""

import pytest

from authcore.domain.errors import KeySourceUnavailableError
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from authcore_guard.container import guard_container
from authcore_local.flow import FlowLog
from authcore_local.key_fetches import KEYS_REQUEST, note_key_fetches
from doors.door_world import KeySource, environment_for


def test_each_fetch_is_a_hop_and_a_failed_one_says_so() -> None:
    mint = TokenMint()
    keys, flow = KeySource(mint), FlowLog(FrozenClock())
    container = guard_container(environment_for(mint))
    container.fetcher.override(keys)
    note_key_fetches(container, flow, "cms")
    keys.is_up = False

    with pytest.raises(KeySourceUnavailableError):
        container.fetcher()()
    keys.is_up = True
    assert container.fetcher()() == mint.jwks_bytes()

    hops = [(hop.sender, hop.receiver, hop.request, hop.answer) for hop in flow.since(0)]
    assert hops == [
        ("cms", "cognito", KEYS_REQUEST, "no keys"),
        ("cms", "cognito", KEYS_REQUEST, "200 keys"),
    ]
    assert keys.fetches == 2
