"""Where ``authcore move ready`` finds runs, counts and history, and what a missing file says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.runs.census_history import JsonLinesCensusHistory
from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.readiness import MoveSetup
from authcore.domain.services.moves.gathering import EvidenceSources
from authcore.settings import load
from authcore.testing.fakes.system import FrozenClock
from authcore.wiring.move_setup import MoveSetupSettings, setup_of
from authcore_cli.move.cockpit_wiring import HISTORY
from authcore_cli.move.evidence_wiring import EvidenceRequest, open_evidence
from unit.readiness_world import census, run_of


POOL: Final = "eu-west-1_Ab12Cd34"
COGNITO: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": POOL,
    "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
}


def unused(*_: object) -> Any:
    raise AssertionError("not of this test")


def sources(folder: Path, *history: Path) -> EvidenceSources:
    request = EvidenceRequest(
        history=history,
        rate=10,
        clock=FrozenClock(),
        examination=unused,
        link_tools=unused,
        on_part=unused,
        on_page=unused,
        on_wait=unused,
    )
    opened = open_evidence({**COGNITO, "AUTHCORE_MOVE_RUNS": str(folder)}, request)
    opened.close()
    return opened.reader.sources


def test_the_newest_count_of_the_pool_is_read(tmp_path: Path) -> None:
    kept = JsonLinesCensusHistory(tmp_path / HISTORY, pool_id=POOL)
    other = JsonLinesCensusHistory(tmp_path / HISTORY, pool_id="eu-west-1_Another1")
    kept.add(census(persons={"linked": 1}))
    kept.add(census(persons={"linked": 2}))
    other.add(census(persons={"linked": 3}))

    found = sources(tmp_path).census()

    assert found is not None
    assert found.persons["linked"] == 2


def test_without_a_count_there_is_none(tmp_path: Path) -> None:
    assert sources(tmp_path).census() is None


def test_runs_into_another_pool_are_in_no_way(tmp_path: Path) -> None:
    made = run_of("executing").run
    folder = RunsDirectory(tmp_path)
    folder.begin(made).close()
    other = attrs.evolve(made, run_id="20261130-000000", pool_id="eu-west-1_Another1")
    folder.begin(other).close()

    (found,) = sources(tmp_path).runs()

    assert (found.run, found.counts) == (made, {})


@pytest.mark.parametrize("name", ["missing", "a-file", "x" * 300])
def test_a_folder_that_cannot_be_listed_does_not_say_that_there_are_no_runs(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "a-file").touch()
    found = sources(tmp_path / name)

    for read in (found.runs, found.census):
        with pytest.raises(ConfigurationError, match="AUTHCORE_MOVE_RUNS"):
            read()


def test_without_a_file_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--history"):
        sources(tmp_path).days()


LINE: Final = (
    '{"timestamp":"2026-11-29T10:00:00Z","event":"audit","action":"sign_in.complete",'
    '"outcome":"%s","reason":"ok"}\n'
)


def test_a_line_that_cannot_be_read_may_hide_something(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(LINE % "accepted")
    bad.write_text(LINE % "perhaps")

    assert [each.count for each in sources(tmp_path, good).days()] == [1]
    with pytest.raises(ConfigurationError, match="1 unknown_outcome"):
        sources(tmp_path, good, bad).days()


def setup(**variables: str) -> MoveSetup:
    given: Mapping[str, str] = {
        **COGNITO,
        **{f"AUTHCORE_{name}": value for name, value in variables.items()},
    }
    return setup_of(load(MoveSetupSettings, given), given)


def test_the_setup_is_what_the_settings_say() -> None:
    key = "k7-" * 16
    found = setup(
        READY_QUIET_DAYS="14",
        READY_LEFT_BEHIND="5",
        READY_DEAD_LETTERS="none",
        LEGACY_SESSIONS_COOKIE="legacy_session",
        OLD_LOGIN_CALLER_KEYS=f"legacy={key} mobile={key}x",
        MIGRATION_RESETS="legacy",
        SYNC_FIELDS="name",
        GUARD_MODE="observe",
        LINKING_MODE="enforce",
    )

    assert (found.quiet_days, found.left_behind, found.dead_letters) == (14, 5, ())
    assert (found.admits_old_sessions, found.has_one_password) == (True, True)
    assert found.callers == ("legacy", "mobile")
    assert found.legacy_resets
    assert found.legacy_fields == frozenset({"name"})
    assert found.observing == ("AUTHCORE_GUARD_MODE",)


def test_the_default_knows_of_no_queue_and_accepts_no_person_left_behind() -> None:
    found = setup()

    assert (found.dead_letters, found.left_behind, found.quiet_days) == (None, 0, 30)
    assert (found.admits_old_sessions, found.has_one_password) == (False, False)


def test_keys_that_are_elsewhere_are_keys() -> None:
    found = setup(OLD_LOGIN_CALLER_KEYS_FILE="/run/secrets/keys")

    assert (found.has_one_password, found.callers) == (True, ())
