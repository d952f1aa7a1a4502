"""``authcore links``: findings as lines or a table, a status for scripts, runs that go on."""

import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from authcore.domain.errors import LegacyMisconfiguredError, LegacyUnavailableError
from authcore.domain.model.link_audit import LinkSnapshot
from authcore_cli.app import run
from authcore_cli.links_output import ADVICE
from authcore_cli.process import CommandContext
from unit.link_audit_world import CANARY, World, subject


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lines[-1]["summary"]
        return found


def links(world: World, *arguments: str, out: io.StringIO | None = None) -> Ran:
    out, err = out or io.StringIO(), io.StringIO()

    def link_tools(environment: Mapping[str, str], rate: int, told: Callable[..., None]) -> Any:
        world.told.append(told)
        return world.tools()

    status = run(
        ["links", *arguments],
        CommandContext({}, io.StringIO(), out, err, link_tools=link_tools),
    )
    return Ran(status, out.getvalue(), err.getvalue())


def test_sides_that_agree_end_with_0_and_a_summary() -> None:
    ran = links(World(["a"], {"a": 1, "b": None}), "audit")

    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == [
        {
            "summary": {
                "users": 1,
                "accounts": 2,
                "findings": {},
                "repairs": {},
                "remaining": 0,
                "complete": True,
                "advice": {},
            }
        }
    ]


def test_an_audit_prints_one_line_a_finding_and_ends_with_1() -> None:
    ran = links(World(["a", None], {"a": None}), "audit")

    assert ran.status == 1
    assert ran.lines[:-1] == [
        {
            "finding": "legacy_lacks_cognito_id",
            "users": [{"cognito_id": subject(1), "legacy_uid": "a"}],
            "accounts": [{"legacy_uid": "a", "cognito_id": None}],
            "involved": 2,
        },
        {
            "finding": "missing",
            "users": [{"cognito_id": subject(2), "legacy_uid": None}],
            "accounts": [],
            "involved": 1,
        },
    ]


def test_an_audit_changes_nothing() -> None:
    world = World(["a", None], {"a": None, "b": 2})
    before = world.state()

    links(world, "audit")

    assert world.state() == before


def test_a_repair_that_mends_everything_ends_with_0() -> None:
    ran = links(World(["a", None], {"a": None, "b": 2}), "repair")

    assert ran.status == 0
    assert [(line["repair"], line["reason"]) for line in ran.lines[:-1]] == [("mended", "ok")] * 2
    assert ran.summary["repairs"] == {"mended": 2}


def test_a_repair_that_leaves_something_ends_with_1() -> None:
    ran = links(World(["a", "b", "b"], {"a": None, "b": None}), "repair")

    assert ran.status == 1
    assert "repair" not in ran.lines[1]
    assert ran.summary["remaining"] == 1


def test_a_dry_run_writes_nothing_and_ends_with_1() -> None:
    world = World(["a"], {"a": None})
    before = world.state()

    ran = links(world, "repair", "--dry-run")

    assert ran.status == 1
    assert ran.lines[0]["repair"] == "would_mend"
    assert world.state() == before


def test_no_address_is_printed_not_even_one_in_the_place_of_an_id() -> None:
    # SP-11
    world = World([CANARY, "\x1b[2J"], {"c": None})
    before_and_after = [links(world, "audit"), links(world, "audit", out=Terminal())]

    for ran in before_and_after:
        assert CANARY not in ran.out + ran.err
        assert "\x1b[2J" not in ran.out
    assert before_and_after[0].out.count('"legacy_uid":"(not an id)"') == 2


def test_a_terminal_gets_a_table_and_a_sentence() -> None:
    ran = links(World(["a", None], {"a": None}), "audit", out=Terminal())

    assert ran.status == 1
    assert "legacy_lacks_cognito_id" in ran.out
    assert subject(1) in ran.out
    assert "2 users and 1 accounts compared" in ran.out
    assert "2 remain" in ran.out


def test_a_table_shows_who_is_named_and_does_not_exist() -> None:
    ran = links(World(["x"], {"d": 9}), "audit", out=Terminal())

    assert "x ?" in ran.out
    assert f"{subject(9)} ?" in ran.out


@pytest.mark.parametrize("terminal", [True, False])
def test_what_to_do_about_one_person_who_is_two_is_said_once(terminal: bool) -> None:
    # AL-07
    world = World(["a", "b", "c", "d"], {"a": 1, "b": 2, "c": 3, "d": 4})
    world.verify(CANARY, users=[1, 2])
    world.verify(f"another.{CANARY}", users=[3, 4])

    ran = links(world, "audit", out=Terminal() if terminal else None)

    assert ran.status == 1
    assert " ".join(ran.out.split()).count(ADVICE["same_person"]) == 1
    assert CANARY not in ran.out + ran.err


def test_a_pool_that_was_restored_to_an_earlier_point_is_repaired_as_far_as_it_can_be() -> None:
    """Attributes are rolled back, and a user who came after the point has vanished."""
    # LT-06
    world = World(["a", None], {"a": 1, "b": 2, "c": 9, "d": None})

    audited = links(world, "audit")
    repaired = links(world, "repair")

    assert audited.summary["findings"] == {"cognito_lacks_legacy_uid": 1, "sub_gone": 1}
    assert set(audited.summary["advice"]) == {"cognito_lacks_legacy_uid", "sub_gone"}
    assert [line["accounts"] for line in audited.lines if line.get("finding") == "sub_gone"] == [
        [{"legacy_uid": "c", "cognito_id": subject(9)}]
    ]
    assert (repaired.summary["repairs"], repaired.summary["remaining"]) == ({"mended": 1}, 1)
    world.write("c", None)
    assert links(world, "audit").status == 0


def test_a_copied_pool_is_told_from_one_that_was_restored() -> None:
    """Its users have other subs, and nothing that a copy says is written to the legacy system."""
    world = World(["a", "b", "c"], {"a": 7, "b": 8, "c": 9})
    before = world.state()

    ran = links(world, "repair", out=Terminal())

    assert ran.status == 1
    assert f"3 sub_changed: {ADVICE['sub_changed']}" in " ".join(ran.out.split())
    assert world.state() == before


def test_a_repair_leaves_one_person_who_is_two_alone() -> None:
    world = World(["a", "b"], {"a": 1, "b": 2})
    world.verify(CANARY, users=[1, 2])
    before = world.state()

    ran = links(world, "repair")

    assert (ran.status, ran.summary["repairs"], ran.summary["remaining"]) == (1, {}, 1)
    assert world.state() == before


def test_a_long_table_is_cut_and_says_so() -> None:
    ran = links(World([None] * 60, {}), "audit", out=Terminal())

    assert "and 10 more; --json lists all" in ran.out


def test_json_can_be_had_on_a_terminal() -> None:
    ran = links(World(["a"], {"a": None}), "audit", "--json", out=Terminal())

    assert ran.summary["remaining"] == 1


@pytest.mark.parametrize("rate", ["0", "26", "fast"])
def test_a_rate_beyond_cognitos_quota_is_wrong_usage(rate: str) -> None:
    ran = links(World([], {}), "repair", "--rate", rate)

    assert ran.status == 2
    assert len(ran.err.splitlines()) == 1


def test_settings_are_needed_and_all_are_named() -> None:
    out, err = io.StringIO(), io.StringIO()

    status = run(["links", "audit"], CommandContext({}, io.StringIO(), out, err))

    assert (status, out.getvalue()) == (2, "")
    assert "AUTHCORE_COGNITO_USER_POOL_ID" in err.getvalue()
    assert "AUTHCORE_LEGACY_API_KEY" in err.getvalue()


def test_an_outage_ends_with_3_after_six_waits_and_says_what_was_done() -> None:
    world = World(["a"], {"a": None})
    world.steered.failures = 100

    ran = links(world, "repair")

    assert ran.status == 3
    assert ran.err.count("asking again") == 6
    assert ran.err.endswith("authcore: legacy_unavailable: the legacy system was told to fail\n")
    assert ran.summary["complete"] is False


def test_a_wait_is_said_on_the_other_stream() -> None:
    world = World(["a"], {"a": None})
    world.steered.failures = 1

    ran = links(world, "repair")

    assert ran.status == 0
    assert ran.err == "authcore: legacy_unavailable: no answer, asking again in 1 s\n"


def test_a_wait_says_why() -> None:
    world = World(["a"], {"a": None})
    world.steered.failures = 1
    world.steered.failure = LegacyUnavailableError("no answer", detail="read timeout")

    ran = links(world, "repair")

    said = "authcore: legacy_unavailable: no answer (read timeout), asking again in 1 s\n"
    assert ran.err == said


def test_what_only_an_operator_can_repair_is_not_waited_for_and_says_what_to_do() -> None:
    world = World(["a"], {"a": None})
    world.steered.failures = 100
    world.steered.failure = LegacyMisconfiguredError("refused", detail="HTTP 401")

    ran = links(world, "repair")

    assert ran.status == 3
    first, second = ran.err.splitlines()
    assert first == "authcore: legacy_misconfigured: refused (HTTP 401)"
    assert "AUTHCORE_LEGACY_API_KEY" in second
    assert "`" not in second
    assert world.steered.calls == 1
    assert ran.summary["complete"] is False


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (LegacyUnavailableError("no answer", detail="read timeout"), "unavailable"),
        (LegacyMisconfiguredError("refused", detail="HTTP 403"), "misconfigured"),
    ],
)
def test_a_repair_that_gets_no_answer_is_recorded_once(
    failure: LegacyUnavailableError, outcome: str
) -> None:
    # AL-08
    world = World(["a"], {"a": None})
    (finding,) = world.findings()
    world.steered.failures = 100
    world.steered.failure = failure

    with pytest.raises(LegacyUnavailableError):
        world.repair.repair(finding)

    (event,) = world.audit_log.events
    assert (event.action, event.outcome, event.detail) == ("links.repair", outcome, failure.detail)
    assert (event.subject, event.legacy_uid) == (subject(1), "a")


def test_ctrl_c_ends_with_3_and_a_summary_of_what_was_done() -> None:
    world = World(["a", "b", "c"], {"a": None, "b": None, "c": None})
    world.steered.stops[2] = KeyboardInterrupt()

    ran = links(world, "repair")

    assert (ran.status, ran.err) == (3, "authcore: stopped\n")
    assert ran.summary["repairs"] == {"mended": 1}
    assert ran.summary["complete"] is False


@pytest.mark.parametrize("terminal", [False, True])
def test_connections_are_closed_however_a_run_ends(terminal: bool) -> None:
    closed: list[str] = []
    world = World(["a"], {"a": None})
    world.close = lambda: closed.append("closed")
    world.steered.stops[1] = KeyboardInterrupt()

    links(world, "repair", out=Terminal() if terminal else None)

    assert closed == ["closed"]


class Killed(BaseException):
    """Nothing of the process is run after it, as after SIGKILL."""


BROKEN = ["a", "b", "c", "d"], {"a": None, "b": None, "c": None, "d": None}


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_killed_repair_goes_on_where_it_stopped(tmp_path: Path, nth: int) -> None:
    world = World(*BROKEN)
    state = tmp_path / "state"
    world.steered.stops[nth] = Killed()
    with pytest.raises(Killed):
        links(world, "repair", "--state", str(state))
    pages_read, writes = world.steered.pages_read, world.steered.attached

    ran = links(world, "repair", "--state", str(state))

    assert ran.status == 0
    assert ran.summary["repairs"] == {"mended": 3, "already_whole": 1}
    assert world.steered.pages_read == pages_read, "pages are not read twice"
    assert world.steered.attached == len(BROKEN[1]), "nobody is attached twice"
    assert writes == nth
    assert not state.exists()


def test_a_repair_killed_while_reading_goes_on_with_the_next_page(tmp_path: Path) -> None:
    world = World([f"{n}" for n in range(9)], {f"{n}": None for n in range(9)})
    state = tmp_path / "state"
    world.steered.stops_before[2] = Killed()
    with pytest.raises(Killed):
        links(world, "repair", "--state", str(state))

    ran = links(world, "repair", "--state", str(state))

    assert ran.status == 0
    assert ran.summary["repairs"] == {"mended": 9}
    assert world.steered.pages_read == 3


def test_a_repair_that_goes_on_still_knows_what_external_users_are_called(tmp_path: Path) -> None:
    world = World(["a"], {"a": None, "b": 2, "c": None}, externals=[None, "c"])
    state = tmp_path / "state"
    world.steered.stops[1] = KeyboardInterrupt()
    assert links(world, "repair", "--state", str(state)).status == 3

    ran = links(world, "repair", "--state", str(state))

    assert (ran.status, ran.summary["remaining"]) == (0, 0)
    assert world.cognito_ids() == {"a": subject(1), "b": subject(2), "c": subject(3)}


def test_a_user_name_is_never_printed() -> None:
    # SP-11
    world = World([], {"a": None}, externals=["a"])

    for ran in (links(world, "audit"), links(world, "audit", out=Terminal())):
        assert "Google" not in ran.out + ran.err


def stopped_run(tmp_path: Path, world: World) -> Path:
    """The state of a run that was stopped after the second write."""
    state = tmp_path / "state"
    world.steered.stops[2] = KeyboardInterrupt()
    assert links(world, "repair", "--state", str(state)).status == 3
    return state


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_was_cut_off_is_dropped_and_not_written_on(tmp_path: Path, cut: int) -> None:
    world = World(*BROKEN)
    state = stopped_run(tmp_path, world)
    os.truncate(state, state.stat().st_size - cut)
    world.steered.stops[3] = KeyboardInterrupt()
    assert links(world, "repair", "--state", str(state)).status == 3

    assert links(world, "repair", "--state", str(state)).status == 0


def test_a_state_older_than_an_hour_is_begun_anew(tmp_path: Path) -> None:
    world = World(*BROKEN)
    state = stopped_run(tmp_path, world)
    old = world.clock.now().timestamp() - 3601
    os.utime(state, (old, old))
    pages_read = world.steered.pages_read

    ran = links(world, "repair", "--state", str(state))

    assert ran.summary["repairs"] == {"mended": 2}
    assert world.steered.pages_read == 2 * pages_read


def test_what_a_dry_run_said_is_not_taken_for_done(tmp_path: Path) -> None:
    world = World(*BROKEN)
    state = tmp_path / "state"
    # Two pages, then one look-up a finding.
    world.steered.stops_before[5] = KeyboardInterrupt()
    dry = links(world, "repair", "--dry-run", "--state", str(state))

    ran = links(world, "repair", "--state", str(state))

    assert dry.summary["repairs"] == {"would_mend": 2}
    assert ran.summary["repairs"] == {"mended": 4}


@pytest.mark.parametrize("age", [0, 7200])
@pytest.mark.parametrize(
    "text", ["not json\n", "[]\n", "{}\n", '{"place":"another pool"}\n', "my thesis"]
)
def test_a_file_that_is_not_the_state_of_this_run_is_refused_and_kept(
    tmp_path: Path, text: str, age: int
) -> None:
    world = World(["a"], {"a": None})
    state = tmp_path / "state"
    state.write_text(text)
    written = world.clock.now().timestamp() - age
    os.utime(state, (written, written))

    ran = links(world, "repair", "--state", str(state))

    assert (ran.status, state.read_text()) == (2, text)
    assert len(ran.err.splitlines()) == 1


def test_an_empty_file_may_become_a_state(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.touch()

    assert links(World(["a"], {"a": None}), "repair", "--state", str(state)).status == 0


@pytest.mark.parametrize("line", ['{"users":[["a"]],"next":null}', '{"users":[[1,2]],"next":3}'])
def test_a_damaged_state_is_refused(tmp_path: Path, line: str) -> None:
    world = World(*BROKEN)
    state = stopped_run(tmp_path, world)
    state.write_text(f"{state.read_text()}{line}\n")

    assert links(world, "repair", "--state", str(state)).status == 2


def test_a_state_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    ran = links(World(["a"], {"a": None}), "repair", "--state", str(tmp_path / "no" / "state"))

    assert ran.status == 2


def test_the_state_is_for_its_owner_and_holds_no_address(tmp_path: Path) -> None:
    # SP-11
    world = World(*BROKEN)
    world.verify(CANARY, users=[1, 2], accounts=["a", "b"])
    state = stopped_run(tmp_path, world)

    assert state.stat().st_mode & 0o777 == 0o600
    assert CANARY not in state.read_text()
    digest = LinkSnapshot(key="").digest(CANARY)
    assert digest is not None
    assert digest.hex() not in state.read_text()


def test_a_run_that_goes_on_compares_addresses_with_those_that_it_read_before(
    tmp_path: Path,
) -> None:
    """One side was read by the process that was killed, the other by the next one."""
    world = World(["b"], {"a": None, "b": 1})
    world.verify(CANARY, users=[1], accounts=["a"])
    state = tmp_path / "state"
    world.steered.stops_before[1] = Killed()
    with pytest.raises(Killed):
        links(world, "repair", "--state", str(state))

    ran = links(world, "repair", "--state", str(state))

    assert ran.summary["findings"] == {"same_person": 1}
    assert world.entropy.token() != world.entropy.token()


def test_a_run_that_goes_on_still_knows_which_links_were_not_proven(tmp_path: Path) -> None:
    world = World(["a", "b"], {"a": 1, "b": 2})
    world.users.set_attributes("user-1", {"custom:legacy_linked": "a"})
    state = tmp_path / "state"
    world.steered.stops_before[1] = Killed()
    with pytest.raises(Killed):
        links(world, "repair", "--state", str(state))

    ran = links(world, "repair", "--state", str(state))

    assert (ran.status, ran.summary["findings"]) == (0, {"unproven": 1})
    assert ran.summary["repairs"] == {"mended": 1}


def test_a_state_of_an_earlier_version_is_refused_and_kept(tmp_path: Path) -> None:
    """It holds no addresses to compare, so that a person who is two would not be found."""
    world = World(*BROKEN)
    state = tmp_path / "state"
    state.write_text('{"place":"pool legacy"}\n{"users":[["x","a"]],"next":null}\n')
    before = state.read_text()

    ran = links(world, "repair", "--state", str(state))

    assert (ran.status, state.read_text()) == (2, before)
    assert "is of another version: delete it" in ran.err
    assert world.steered.attached == 0
