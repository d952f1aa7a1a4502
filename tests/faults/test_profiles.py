"""PS in short: fewer and shorter runs; and the machine notices what it is there for."""

from typing import Any, Final

import pytest

from authcore.domain.services.accounts import profile_sync
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.domain.services.accounts.user_turns import Turn
from faults.profile_machine import INTERRUPTIONS, MAX_MOMENT
from faults.profile_suite import replay, section
from faults.profile_world import STRANGERS, ProfileWorld


SEED: Final = "short"


def _look_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(self: ProfileSync, uid: str, turn: Turn) -> Any:
        return self._apply(self._read(uid), turn)

    monkeypatch.setattr(ProfileSync, "_settle", settle)


def run_short(runs: int, steps: int) -> list[str]:
    """Return what was violated in *runs* runs."""
    shown: list[str] = []
    found = section(shown.append, SEED, runs, steps)
    return [violation for failure in found.failures for violation in failure.violations]


def test_every_order_of_messages_and_faults_ends_in_the_newest_profile() -> None:
    # PS-02, PS-03, PS-05
    assert run_short(25, 40) == []


@pytest.mark.whole
def test_longer_runs_do_too() -> None:
    # PS-03
    assert run_short(300, 200) == []


def interrupted(kind: str, moment: int, *, shared_lease: bool) -> list[str]:
    """Return the divergences after one sync to which *kind* happens at *moment*."""
    world = ProfileWorld(shared_lease=shared_lease)
    world.create()
    (uid,) = world.newest
    world.change(uid, display_name="Zoe", locked=True)
    world.deliver(world.queue[0], 0, {moment: world.interrupt(kind, uid, 0)})
    world.drain()
    return world.divergences() + world.violations()


@pytest.mark.parametrize("kind", INTERRUPTIONS)
@pytest.mark.parametrize("shared_lease", [True, False])
def test_no_fault_between_two_calls_leaves_an_older_profile(kind: str, shared_lease: bool) -> None:
    # PS-03, PS-05
    for moment in range(1, MAX_MOMENT + 1):
        assert interrupted(kind, moment, shared_lease=shared_lease) == []


def test_a_service_that_looks_once_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow process writes over what a faster one wrote."""
    _look_once(monkeypatch)
    wrong = [
        interrupted("overtaken", moment, shared_lease=False) for moment in range(1, MAX_MOMENT + 1)
    ]

    assert ["4713 has not the newest profile"] in wrong


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_service_that_believes_one_side_is_noticed(
    stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ProfileWorld(shared_lease=True)
    assert world.forge(stranger, 0) is None

    monkeypatch.setattr(profile_sync, "require_linked", lambda *_: None)

    assert world.forge(stranger, 0) is not None
    assert world.violations() == [f"{stranger} was written to"]


def test_a_service_that_writes_nothing_is_noticed_and_can_be_seen_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ProfileSync, "_write", lambda *_: None)

    failure = replay(f"PS {SEED}/0 10 5")

    assert failure.violations
    assert any("state = " in line for line in failure.history)
