"""``authcore legacy check``: an honest system has no finding, each planted fault is found."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.system import SystemEntropy
from authcore.domain.model.urls import service_url
from authcore_cli.app import run
from authcore_cli.legacy_checks.every_check import OPERATIONS, every_check
from authcore_cli.legacy_checks.request import LegacyCheckRequest, LegacyTools
from authcore_cli.legacy_checks.target import LegacyTarget
from authcore_cli.process import CommandContext, ExitStatus
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.servers import LoopbackServer
from contract.legacy_log_in_faults import AHAB, JANE
from contract.legacy_planted_faults import API_KEY, FAULTS
from support.legacy_faults import HONEST, Fault, FaultyClient, Stopwatch, failing, saying
from support.scripted_server import HANG_UP, ScriptedServer, answer


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        lines = map(json.loads, self.out.splitlines())
        return {line["check"]: line for line in lines if "check" in line}

    @property
    def findings(self) -> dict[str, str]:
        return {
            name: line["finding"]
            for name, line in self.results.items()
            if line["outcome"] == "failed"
        }


@pytest.fixture(scope="module", name="legacy")
def _legacy() -> LegacySystem:
    return LegacySystem(SEED_USERS, API_KEY)


@pytest.fixture(scope="module", name="url")
def _url(legacy: LegacySystem) -> Iterator[str]:
    with LoopbackServer(legacy.app) as server:
        yield server.url


def check(url: str, *arguments: str, fault: Fault = HONEST, **variables: str) -> Ran:
    """Run the command with jane, ahab and all permissions."""
    timer = Stopwatch()

    def legacy_tools(_: Mapping[str, str], request: LegacyCheckRequest) -> LegacyTools:
        target = LegacyTarget(
            http=FaultyClient(fault, timer),
            url=service_url(url),
            api_key=lambda: API_KEY,
            timer=timer,
            entropy=SystemEntropy(),
            request=request,
        )
        return LegacyTools(checks=every_check(target), timer=timer, close=target.http.close)

    secrets = {
        "AUTHCORE_CHECK_PASSWORD": JANE.password,
        "AUTHCORE_CHECK_LOCKED_PASSWORD": AHAB.password,
    }
    out, err = io.StringIO(), io.StringIO()
    context = CommandContext(
        {**secrets, **variables}, io.StringIO(), out, err, legacy_tools=legacy_tools
    )
    users = ["--user", JANE.username, "--locked-user", AHAB.username, "--write"]
    return Ran(
        run(["legacy", "check", url, *users, *arguments], context), out.getvalue(), err.getvalue()
    )


def test_an_honest_system_has_no_finding(url: str, legacy: LegacySystem) -> None:
    session = legacy.open_session(JANE.userid)

    ran = check(url, "--session", AUTHCORE_CHECK_SESSION=session)

    assert (ran.findings, ran.err) == ({}, "")
    assert ran.status == ExitStatus.OK
    assert {line["outcome"] for line in ran.results.values()} == {"passed"}
    assert {line["operation"] for line in ran.results.values()} == {*OPERATIONS}
    assert JANE.password not in ran.out
    assert session not in ran.out
    assert API_KEY not in ran.out


@pytest.mark.parametrize(
    ("operation", "fault", "expected"),
    [each[1:] for each in FAULTS],
    ids=[each[0] for each in FAULTS],
)
def test_a_planted_fault_is_found_and_named(
    url: str, legacy: LegacySystem, operation: str, fault: Fault, expected: set[str]
) -> None:
    session = legacy.open_session(JANE.userid)

    ran = check(url, "--session", "--only", operation, fault=fault, AUTHCORE_CHECK_SESSION=session)

    assert ran.status == ExitStatus.REJECTED
    assert expected <= ran.findings.keys(), ran.findings
    assert ran.err == ""


@pytest.mark.parametrize("reason", ["connect", "timeout"])
def test_without_an_answer_the_rest_is_skipped_and_the_status_is_3(url: str, reason: Any) -> None:
    ran = check(url, "--only", "authenticate", fault=failing(reason))

    assert ran.status == ExitStatus.UNAVAILABLE
    assert len(ran.findings) == 3
    limit = " within 4 s" if reason == "timeout" else ""
    assert all(each.startswith(f"no complete answer{limit} (") for each in ran.findings.values())
    skipped = {line["finding"] for line in ran.results.values() if line["outcome"] == "skipped"}
    assert skipped == {"the checks before got no answer"}


@pytest.mark.parametrize("reason", ["protocol", "too_large", "encoded"])
def test_an_unusable_answer_is_a_finding_of_each_check(url: str, reason: Any) -> None:
    ran = check(url, fault=failing(reason))

    assert ran.status == ExitStatus.REJECTED
    assert {line["outcome"] for line in ran.results.values()} == {"failed", "skipped"}
    assert ran.err == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b'{"status":"\\ud800"}',
        b'{"status":"found","user":{}}',
        b'{"status":["found"],"user":[]}',
        b'{"status":{"a":1},"users":[{}],"next":0,"deleted":[0]}',
        b'{"status":"listed","users":[null],"next":null}',
        b'{"status":1e999}',
        b"[" * 200_000,
    ],
)
def test_hostile_answers_end_with_findings_and_never_with_a_traceback(
    url: str, body: bytes
) -> None:
    ran = check(url, fault=lambda _: saying(body))

    assert ran.status == ExitStatus.REJECTED
    assert "passed" not in {line["outcome"] for line in ran.results.values()}
    assert ran.err == ""


HOSTILE: Final = {
    "page": [answer(200, b"<p>Welcome", media_type="text/html")],
    "redirect": [answer(302, headers=["Location: https://evil.example/"])],
    "huge": [answer(200, b"x" * 1_000_000)],
    "compressed": [answer(200, b"xx", headers=["Content-Encoding: gzip"])],
    "not HTTP": [b"\x00\xff\x16garbage\r\n\r\n"],
    "hang-up": [HANG_UP],
}


@pytest.mark.parametrize("pieces", HOSTILE.values(), ids=HOSTILE)
def test_a_server_that_speaks_otherwise_gets_findings_over_http(pieces: list[bytes]) -> None:
    out, err = io.StringIO(), io.StringIO()
    environment = {"AUTHCORE_LEGACY_API_KEY": API_KEY}
    with ScriptedServer(lambda _: pieces) as server:
        context = CommandContext(environment, io.StringIO(), out, err)
        status = run(["legacy", "check", server.url, "--only", "find"], context)

    assert status == ExitStatus.REJECTED
    assert '"passed":0' in out.getvalue()
    assert err.getvalue() == ""


@pytest.mark.parametrize("status", [200, 500])
def test_a_system_that_repeats_what_it_was_sent_puts_no_secret_into_the_output(
    url: str, status: int
) -> None:
    session = "session-that-must-not-be-printed"

    ran = check(
        url,
        "--session",
        fault=lambda each: saying({**each.asked, "key": each.key}, status),
        AUTHCORE_CHECK_SESSION=session,
    )

    assert ran.status == ExitStatus.REJECTED
    for secret in (JANE.password, AHAB.password, session, API_KEY):
        assert secret not in ran.out + ran.err


def test_without_users_a_session_and_permission_the_rest_is_checked(url: str) -> None:
    out = io.StringIO()
    environment = {"AUTHCORE_LEGACY_API_KEY": API_KEY}
    context = CommandContext(environment, io.StringIO(), out, io.StringIO())

    status = run(["legacy", "check", url], context)

    *lines, summary = map(json.loads, out.getvalue().splitlines())
    assert status == ExitStatus.OK
    assert summary["summary"]["failed"] == 0
    reasons = {line["finding"] for line in lines if line["outcome"] == "skipped"}
    assert reasons == {"needs --user", "needs --locked-user", "needs --session", "needs --write"}


def test_secrets_that_no_variable_has_are_read_from_standard_input_in_order(url: str) -> None:
    seen: list[LegacyCheckRequest] = []

    def legacy_tools(_: Mapping[str, str], request: LegacyCheckRequest) -> LegacyTools:
        seen.append(request)
        return LegacyTools(checks=(), timer=Stopwatch(), close=lambda: None)

    typed = io.StringIO("right\nlocked\nsession\n")
    context = CommandContext({}, typed, io.StringIO(), io.StringIO(), legacy_tools=legacy_tools)
    arguments = ["legacy", "check", url, "--user", "jane", "--locked-user", "ahab", "--session"]

    assert run(arguments, context) == ExitStatus.OK
    (request,) = seen
    assert (request.user and request.user.password) == "right"
    assert (request.locked and request.locked.password) == "locked"
    assert request.session == "session"
    assert "right" not in repr(request)
    assert "session=" not in repr(request)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["http://legacy.example"], "AUTHCORE_LEGACY_URL is wrong: must be https"),
        (["ftp://legacy.example"], "AUTHCORE_LEGACY_URL is wrong"),
        (["https://legacy.example"], "AUTHCORE_LEGACY_API_KEY is missing"),
        ([], "AUTHCORE_LEGACY_URL is missing"),
        (["https://legacy.example", "--only", "everything"], "Invalid value"),
    ],
)
def test_wrong_usage_is_said_in_one_line_each(arguments: list[str], problem: str) -> None:
    err = io.StringIO()

    status = run(
        ["legacy", "check", *arguments], CommandContext({}, io.StringIO(), io.StringIO(), err)
    )

    assert status == ExitStatus.USAGE
    assert problem in err.getvalue()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_table_the_findings_and_the_counts(url: str) -> None:
    out = Terminal()
    environment = {"AUTHCORE_LEGACY_API_KEY": "another-key"}
    context = CommandContext(environment, io.StringIO(), out, io.StringIO())

    status = run(["legacy", "check", url, "--only", "find"], context)

    assert status == ExitStatus.REJECTED
    assert (
        "malformed-find: status 401: the legacy system does not accept the API key"
        in out.getvalue()
    )
    assert "skipped, needs --user: find-name" in out.getvalue()
    assert "1 passed, 3 failed, 5 skipped" in out.getvalue()
