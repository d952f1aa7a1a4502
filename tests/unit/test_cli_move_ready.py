"""``authcore move ready`` and ``authcore move rollback``, as commands."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from authcore.domain.model.deployment import Reading
from authcore.domain.model.readiness import Evidence
from authcore.domain.services.moves.gathering import EvidenceReader, EvidenceSources
from authcore.domain.services.moves.readiness import CHECKS
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.move.evidence_progress import PATIENCE, EvidenceProgress
from authcore_cli.move.evidence_wiring import EvidenceRequest, OpenEvidence
from authcore_cli.process import CommandContext
from unit.readiness_world import (
    clean_end,
    run_of,
    unread,
    with_census,
    with_links,
    with_setup,
)


COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def move(
    command: str, evidence: Evidence, *arguments: str, out: io.StringIO | None = None
) -> tuple[int, str, str]:
    out, err, closed = out or io.StringIO(), io.StringIO(), list[str]()

    def opened(_: Mapping[str, str], request: EvidenceRequest) -> OpenEvidence:
        class Known(EvidenceReader):
            def gather(self) -> Evidence:
                request.on_part("the links")
                return evidence

        sources: Any = EvidenceSources
        reader = Known(setup=evidence.setup, sources=sources, clock=FrozenClock())
        return OpenEvidence(reader=reader, opened=[lambda: closed.append("closed")])

    context = CommandContext({}, io.StringIO(), out, err, clock=FrozenClock(), evidence=opened)
    status = run(["move", command, *arguments], context)
    assert closed == ["closed"] or status == 2
    return status, COLOUR.sub("", out.getvalue()), err.getvalue()


def blocked() -> Evidence:
    return with_links(with_census(clean_end(runs=unread("the runs")), legacy_only=9), crossed=2)


STATUSES: Final = [
    (clean_end(), "ready", 0),
    (blocked(), "blocked", 1),
    (clean_end(runs=unread("the runs")), "unknown", 3),
]


@pytest.mark.parametrize(("evidence", "verdict", "status"), STATUSES, ids=["0", "1", "3"])
def test_the_verdict_is_the_exit_status(evidence: Evidence, verdict: str, status: int) -> None:
    found, out, err = move("ready", evidence)

    assert (found, json.loads(out)["verdict"], err) == (status, verdict, "")


def test_a_document_names_each_obstacle_with_its_next_step_and_its_page() -> None:
    _, out, _ = move("ready", blocked(), "--json")

    document = json.loads(out)
    persons, links = document["blockers"]
    assert persons["id"] == "persons_moved"
    assert persons["next"].startswith("import or invite them")
    assert links["evidence"] == "2 crossed"
    assert links["see"] == "docs/reconcile.md#findings"
    assert [each["id"] for each in document["unknown"]] == ["runs_finished", "created_users_opened"]
    assert document["stage"]["id"] == "unused"
    assert "AUTHCORE_LEGACY_SESSIONS_COOKIE" in document["next"]["step"]


def test_a_terminal_gets_a_paragraph_for_each_and_the_next_step() -> None:
    status, out, _ = move("ready", blocked(), out=Terminal())

    assert status == 1
    assert out.startswith("blocked: 2 of 15 questions, 2 not answered, 1 not asked\n")
    assert "\nnot asked: resets_in_pool\n" in out
    assert "\nlinks_unambiguous\n  2 crossed\n  next:  authcore links audit" in out
    assert "\nstage: the old login is not used any more\n" in out


@pytest.mark.parametrize("command", ["ready", "rollback"])
def test_a_terminal_of_80_columns_cuts_no_word(command: str) -> None:
    _, out, _ = move(command, blocked(), out=Terminal())
    wide = [line for line in out.splitlines() if len(line) > 80]

    assert wide == []
    assert "  next:  " in out


def test_questions_that_one_missing_part_leaves_open_are_one_paragraph() -> None:
    _, out, _ = move("ready", clean_end(links=unread("the links")), out=Terminal())

    assert "\nlinks_whole, links_unambiguous, persons_single\n" in out


def test_what_is_read_reaches_a_terminal_without_control_characters() -> None:
    _, out, _ = move("ready", clean_end(runs=unread("runs\x1b[2J")), out=Terminal())

    assert "\\x1b" in out
    assert "\x1b[2J" not in out


def test_a_check_that_is_left_out_is_named() -> None:
    status, out, _ = move(
        "ready", with_links(clean_end(), same_person=1), "--except", "persons_single"
    )

    assert status == 0
    assert json.loads(out)["waived"] == ["persons_single"]


def test_where_every_check_is_left_out_nothing_is_ready() -> None:
    without = [word for check in CHECKS for word in ("--except", check.id)]

    shown, said, _ = move("ready", clean_end(), *without, out=Terminal())
    status, out, _ = move("ready", clean_end(), *without)

    assert said.startswith("unknown: no question was asked")
    assert (status, shown, json.loads(out)["verdict"]) == (3, 3, "unknown")


def test_a_check_that_does_not_exist_is_wrong_usage() -> None:
    status, out, err = move("ready", clean_end(), "--except", "person_single")

    assert (status, out) == (2, "")
    assert "there is no check person_single; did you mean persons_single?" in err


@pytest.mark.parametrize("command", ["ready", "rollback"])
def test_a_command_that_is_stopped_knows_nothing(command: str) -> None:
    def stopped(*_: object) -> OpenEvidence:
        raise KeyboardInterrupt

    out, err = io.StringIO(), io.StringIO()
    status = run(["move", command], CommandContext({}, io.StringIO(), out, err, evidence=stopped))

    assert (status, out.getvalue(), err.getvalue()) == (3, "", "authcore: stopped\n")


def test_missing_variables_are_wrong_usage() -> None:
    out, err = io.StringIO(), io.StringIO()

    status = run(["move", "ready"], CommandContext({}, io.StringIO(), out, err))

    assert (status, out.getvalue()) == (2, "")
    assert "AUTHCORE_COGNITO_USER_POOL_ID is missing" in err.getvalue()


def in_step() -> Evidence:
    return with_census(clean_end(), native=0)


LOSSES: Final = [
    (in_step(), "safe", 0),
    (with_setup(in_step(), has_one_password=False), "lossy", 1),
    (with_census(clean_end(links=unread("the links")), native=0), "unknown", 3),
]


@pytest.mark.parametrize(("evidence", "verdict", "status"), LOSSES, ids=["0", "1", "3"])
def test_what_the_way_back_loses_is_the_exit_status(
    evidence: Evidence, verdict: str, status: int
) -> None:
    found, out, _ = move("rollback", evidence)

    assert (found, json.loads(out)["verdict"]) == (status, verdict)


def test_the_way_back_is_one_document_elsewhere_than_on_a_terminal() -> None:
    _, out, _ = move("rollback", clean_end())

    document = json.loads(out)
    assert [each["id"] for each in document["lost"]] == ["sign_ups"]
    assert document["lost"][0]["at_least"] == document["lost"][0]["at_most"] == 40
    assert [each["id"] for each in document["kept"]] == ["passwords"]
    assert document["stage"]["id"] == "unused"
    assert document["steps"][0].startswith("bring the old login form back")


def test_a_terminal_gets_numbers_and_numbered_steps() -> None:
    imported = with_census(clean_end(runs=unread("the runs")), native=7)

    _, out, _ = move("rollback", imported, out=Terminal())

    assert out.startswith("lossy: at the old login users miss what is below\n")
    assert "\npasswords\n  up to 900 users may have changed" in out
    assert "\n  kept:  one password" in out
    assert "\nsign_ups\n  7 users signed up in Cognito" in out
    assert "\nlinked_by_a_run\n  the runs could not be read" in out
    assert "\n1. bring the old login form back\n2. let the sign-in link" in out


@pytest.mark.parametrize(
    ("native", "counted"), [(1, "1 user signed up in"), (7000, "7,000 users signed up in")]
)
def test_one_user_is_not_shown_as_several(native: int, counted: str) -> None:
    _, out, _ = move("rollback", with_census(clean_end(), native=native), out=Terminal())

    assert f"\nsign_ups\n  {counted} Cognito" in out


def test_where_nothing_is_known_no_step_is_invented() -> None:
    status, out, _ = move("rollback", clean_end(days=unread("the history")), out=Terminal())

    assert status == 1
    assert out.endswith("\nstage: unknown\n")


def test_runs_that_linked_users_are_counted() -> None:
    linked = clean_end(runs=Reading("the runs", (run_of("linked", linked=3),)))

    _, out, _ = move("rollback", linked)

    lost = {each["id"]: each["at_most"] for each in json.loads(out)["lost"]}
    assert lost == {"linked_by_a_run": 3, "sign_ups": 40}


def test_a_terminal_shows_what_is_read_after_two_seconds() -> None:
    clock, out = FrozenClock(), Terminal()
    context = CommandContext({}, io.StringIO(), out, io.StringIO(), clock=clock)
    progress = EvidenceProgress(context, is_shown=True)

    progress.on_part("the links")
    assert out.getvalue() == ""
    clock.advance(PATIENCE)
    progress.on_page(1200)
    progress.on_end()

    assert "reading the links: 1200 users and accounts" in out.getvalue()


def test_elsewhere_nothing_is_shown_meanwhile() -> None:
    clock, out = FrozenClock(), io.StringIO()
    context = CommandContext({}, io.StringIO(), out, io.StringIO(), clock=clock)
    progress = EvidenceProgress(context, is_shown=False)

    clock.advance(PATIENCE)
    progress.on_part("the links")
    progress.on_end()

    assert out.getvalue() == ""
