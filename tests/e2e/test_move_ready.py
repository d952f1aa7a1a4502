"""``authcore move ready`` at the local stack: a clean end, and all that can be in the way of it."""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.runs.census_history import JsonLinesCensusHistory
from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.model.census import STATES, Census
from authcore.domain.model.moves import NewPoolUser, PlannedUser, Run, UserOutcome
from authcore.domain.services.moves.readiness import CHECKS
from authcore_cli.app import run
from authcore_cli.move.cockpit_wiring import HISTORY
from authcore_cli.process import CommandContext
from authcore_local.addresses import Ports
from e2e.test_links_command import Broken, HoldingStack
from support.gate import AMPLE
from support.scripted_server import ScriptedServer, answer


QUIET_DAYS: Final = 3
NOW: Final = datetime.now(UTC)  # noqa: TID251 - the stack's certificates and tokens are of today
MIDNIGHT: Final = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
LETTERS: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012/profiles-dead"
POOL_ID: Final = "AUTHCORE_COGNITO_USER_POOL_ID"


class Move:
    """
    The last days of a move, as its files and both systems tell.

    Attributes:
        variables: Of the command.
        lines: Of the audit log.
        old_sessions: Requests that the old login admitted, on each whole day.
        persons: Of the last count, by state.
        letters: In the queue.
    """

    def __init__(self, broken: Broken, folder: Path) -> None:
        self.broken = broken
        self.folder = folder
        self.variables = {
            **broken.environment,
            "AUTHCORE_MOVE_RUNS": str(folder),
            "AUTHCORE_READY_QUIET_DAYS": str(QUIET_DAYS),
            "AUTHCORE_READY_DEAD_LETTERS": LETTERS,
        }
        self.lines = [*self._lines_of_quiet_days()]
        self.old_sessions = 0
        self.persons = dict.fromkeys(STATES, 0) | {"linked": 2}
        self.letters = 0

    def _lines_of_quiet_days(self) -> Iterator[Mapping[str, str]]:
        for ago in range(QUIET_DAYS + 1):
            yield self.line("sign_in.complete", "accepted", "ok", ago=ago)
            yield self.line("account_linking.linked", "accepted", "ok", ago=ago)
            yield self.line("profile_sync", "accepted", "ok", ago=ago)

    def line(self, action: str, outcome: str, reason: str, *, ago: int = 1) -> Mapping[str, str]:
        at = (NOW - timedelta(days=ago)).isoformat()
        said = {"action": action, "outcome": outcome, "reason": reason}
        return {"timestamp": at, "logger": "authcore.audit", "event": "audit", **said}

    def ask(self, command: str, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run the command over everything, and return status and document."""
        audit, counts = self.folder / "audit.jsonl", self.folder / "counts.json"
        audit.write_text("".join(f"{json.dumps(each)}\n" for each in self.lines))
        counts.write_text(json.dumps(self._counts()))
        self._count_persons()
        out, err = io.StringIO(), io.StringIO()
        given = ["--history", str(audit), "--history", str(counts), "--rate", "25"]
        with ScriptedServer(lambda _: [self._queue()]) as sqs:
            variables = {**self.variables, "AUTHCORE_READY_ENDPOINT_URL": sqs.url}
            context = CommandContext(variables, io.StringIO(), out, err)
            status = run(["move", command, *given, *arguments], context)
        assert err.getvalue() == ""
        return status, json.loads(out.getvalue())

    def _counts(self) -> dict[str, Any]:
        """What Prometheus answers to the range query of the guide."""
        days = [MIDNIGHT - timedelta(days=ago) for ago in range(QUIET_DAYS)]
        series = [
            {
                "metric": {"action": "guard", "outcome": "accepted", "reason": reason},
                "values": [[each.timestamp(), str(number)] for each in days],
            }
            for reason, number in [("ok", 100), ("legacy_session", self.old_sessions)]
        ]
        return {"status": "success", "data": {"resultType": "matrix", "result": series}}

    def _count_persons(self) -> None:
        history = JsonLinesCensusHistory(self.folder / HISTORY, pool_id=self.variables[POOL_ID])
        counted = Census(at=NOW, persons=self.persons, accounts=2, users=2)
        history.add(counted)

    def _queue(self) -> bytes:
        named = ("", "NotVisible", "Delayed")
        counted = {f"ApproximateNumberOfMessages{each}": "0" for each in named}
        told = {"Attributes": {**counted, "ApproximateNumberOfMessages": str(self.letters)}}
        return answer(body=json.dumps(told).encode(), media_type="application/x-amz-json-1.0")


@pytest.fixture(name="move")
def _move(tmp_path: Path) -> Iterator[Move]:
    http = HttpClient(within=AMPLE, max_bytes=100_000)
    with HoldingStack(ports=Ports.free(), users=[], own_sign_in_page=True) as stack:
        broken = Broken(stack, http)
        broken.person("jane", "jane@thornfield.example")
        broken.person("huck", "huck@thornfield.example")
        yield Move(broken, tmp_path)
    http.close()


def test_a_clean_end_is_ready_and_everything_that_is_planted_then_is_named(move: Move) -> None:
    status, document = move.ask("ready")

    assert (document["blockers"], document["unknown"]) == ([], [])
    assert (status, document["verdict"]) == (0, "ready")
    assert document["stage"]["id"] == "unused"

    plant_everything(move)
    status, document = move.ask("ready")

    assert {each["id"] for each in document["blockers"]} == {each.id for each in CHECKS}
    assert document["unknown"] == []
    assert (status, document["verdict"]) == (1, "blocked")


def plant_everything(move: Move) -> None:
    """One obstacle for every check."""
    broken = move.broken
    move.old_sessions = 4
    move.letters = 2
    move.persons |= {"legacy_only": 3, "unreachable": 1}
    move.variables |= {"AUTHCORE_MIGRATION_RESETS": "legacy", "AUTHCORE_GUARD_MODE": "observe"}
    move.lines += [
        move.line("password.verify", "accepted", "ok"),
        move.line("account_linking.refused", "rejected", "link_blind_retry"),
        move.line("profile_sync", "rejected", "link_taken"),
        move.line("service.ready", "misconfigured", "provider_misconfigured"),
    ]
    broken.make_half_links(1)
    twice = broken.stack.legacy.sign_up("jekyll", "Strange-Case-1886", None)
    broken.user(twice)
    broken.user(twice)
    broken.person("Google_1001", "jane@thornfield.example")
    broken.user()
    broken.stack.cognito.revisions["DescribeUserPoolClient"] = lambda found: {
        "UserPoolClient": {**found["UserPoolClient"], "PreventUserExistenceErrors": "LEGACY"}
    }
    runs = RunsDirectory(move.folder)
    begun = Run(
        run_id="20261130-7f3a9c",
        source="sql",
        pool_id=move.variables[POOL_ID],
        target="create",
        fingerprint="f",
        stage="executing",
        started_at=NOW,
    )
    store = runs.begin(begun)
    planned = PlannedUser(number=1, legacy_uid="1", user=NewPoolUser("jane", {}))
    store.add_page([planned], after=None)
    store.record([UserOutcome(1, "created")])
    store.close()


def test_the_way_back_of_a_clean_end_loses_nothing_and_of_another_what_is_planted(
    move: Move,
) -> None:
    move.variables |= {"AUTHCORE_OLD_LOGIN_CALLER_KEYS": f"legacy={'k7-' * 16}"}
    move.broken.stack.cognito.revisions["DescribeUserPool"] = lambda found: {
        "UserPool": {**found["UserPool"], "MfaConfiguration": "OFF"}
    }
    status, document = move.ask("rollback")

    assert (document["lost"], document["unknown"]) == ([], [])
    assert (status, document["verdict"]) == (0, "safe")
    assert [each["id"] for each in document["kept"]] == ["passwords"]

    del move.variables["AUTHCORE_OLD_LOGIN_CALLER_KEYS"]
    move.persons |= {"native": 5}
    status, document = move.ask("rollback")

    assert {each["id"]: each["at_most"] for each in document["lost"]} == {
        "passwords": 2,
        "sign_ups": 5,
    }
    assert (status, document["verdict"]) == (1, "lossy")
