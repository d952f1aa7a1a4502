"""The context of a command: environment, streams, clock and builders; tests pass their own."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from getpass import getpass
from typing import TYPE_CHECKING, Final, TextIO, TypeAlias, cast

import attrs
from rich.console import Console

import authcore
from authcore.adapters.system import SystemClock, SystemEntropy, environment
from authcore.domain.errors import ParameterRejectedError
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.system import Clock, Entropy
from authcore_cli.output_stream import OutputStream, UnwrittenError


if TYPE_CHECKING:
    from authcore.adapters.runs.directory import RunsDirectory
    from authcore.domain.model.challenges import PasswordFlow
    from authcore.domain.services.accounts.retrying import OnRetry
    from authcore.domain.services.doctor.reading import OnPart
    from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
    from authcore.wiring.inspection import OpenExamination
    from authcore_cli.admin_wiring import PendingCreates, SessionTools
    from authcore_cli.legacy_checks.request import LegacyCheckRequest, LegacyTools
    from authcore_cli.links_run import LinkTools
    from authcore_cli.move.cockpit import CockpitSources
    from authcore_cli.move.cockpit_wiring import CensusTools
    from authcore_cli.move.evidence_wiring import EvidenceRequest, OpenEvidence
    from authcore_cli.move.plan_tools import PlanTools
    from authcore_cli.move.run_tools import RunTools
    from authcore_cli.sync_run import SyncTools

    BuildPasswordSignIn: TypeAlias = Callable[
        [Mapping[str, str], PasswordFlow, PasswordFlow | None], PasswordSignIn
    ]
    BuildCensusTools: TypeAlias = Callable[
        [Mapping[str, str], int | None, OnRetry, Clock], CensusTools
    ]


FALLBACK_WIDTH: Final = 120
"""Columns of a table that goes to a file or a pipe."""

MAX_LINE: Final = 4096
"""Characters of an answer."""


class ExitStatus(IntEnum):
    """Exit statuses, for scripts."""

    OK = 0
    REJECTED = 1
    USAGE = 2
    UNAVAILABLE = 3
    UNWRITTEN = 4


class NoInputError(Exception):
    """Standard input has nothing where the command needs something."""


def _console(stream: TextIO) -> Console:
    """Return a console that writes in colour only where *stream* is a terminal that has it."""
    width = None if stream.isatty() else FALLBACK_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _link_tools(environment: Mapping[str, str], rate: int, on_retry: "OnRetry") -> "LinkTools":
    from authcore_cli.links_wiring import link_tools  # noqa: PLC0415 - boto3 is slow to import

    return link_tools(environment, rate, on_retry)


def _pending_creates(environment: Mapping[str, str]) -> "PendingCreates":
    from authcore_cli.admin_wiring import pending_creates  # noqa: PLC0415 - boto3 is slow to import

    return pending_creates(environment)


def _session_tools(environment: Mapping[str, str]) -> "SessionTools":
    from authcore_cli.admin_wiring import session_tools  # noqa: PLC0415 - boto3 is slow to import

    return session_tools(environment)


def _password_sign_in(
    environment: Mapping[str, str], flow: "PasswordFlow", migrating: "PasswordFlow | None"
) -> "PasswordSignIn":
    from authcore_cli.signin_wiring import password_sign_in  # noqa: PLC0415 - boto3 is slow to import

    return password_sign_in(environment, flow, migrating)


def _sync_tools(
    environment: Mapping[str, str], rate: int | None, on_retry: "OnRetry"
) -> "SyncTools":
    from authcore_cli.sync_wiring import sync_tools  # noqa: PLC0415 - boto3 is slow to import

    return sync_tools(environment, rate, on_retry)


def _examination(environment: Mapping[str, str], on_part: "OnPart") -> "OpenExamination":
    from authcore.wiring.inspection import open_examination  # noqa: PLC0415 - boto3 is slow to import

    return open_examination(environment, clock=SystemClock(), on_part=on_part)


def _legacy_tools(environment: Mapping[str, str], request: "LegacyCheckRequest") -> "LegacyTools":
    from authcore_cli.legacy_wiring import legacy_tools  # noqa: PLC0415 - httpx is slow to import

    return legacy_tools(environment, request)


def _plan_tools(environment: Mapping[str, str], on_retry: "OnRetry") -> "PlanTools":
    from authcore_cli.move.plan_wiring import plan_tools  # noqa: PLC0415 - boto3 is slow to import

    return plan_tools(environment, on_retry)


def _move_runs(environment: Mapping[str, str]) -> "RunsDirectory":
    from authcore.wiring.moves import load_runs_directory  # noqa: PLC0415 - of one command only

    return load_runs_directory(environment)


def _run_tools(environment: Mapping[str, str], run_id: str, on_retry: "OnRetry") -> "RunTools":
    from authcore_cli.move.run_wiring import run_tools  # noqa: PLC0415 - boto3 is slow to import

    return run_tools(environment, run_id, on_retry)


def _evidence(environment: Mapping[str, str], request: "EvidenceRequest") -> "OpenEvidence":
    from authcore_cli.move.evidence_wiring import open_evidence  # noqa: PLC0415 - boto3 is slow to import

    return open_evidence(environment, request)


def _cockpit_sources(environment: Mapping[str, str], clock: Clock) -> "CockpitSources":
    from authcore_cli.move.cockpit_wiring import cockpit_sources  # noqa: PLC0415 - boto3 is slow to import

    return cockpit_sources(environment, clock)


def _census_tools(
    environment: Mapping[str, str], rate: int | None, on_retry: "OnRetry", clock: Clock
) -> "CensusTools":
    from authcore_cli.move.cockpit_wiring import census_tools  # noqa: PLC0415 - boto3 is slow to import

    return census_tools(environment, rate, on_retry, clock)


@attrs.frozen
class CommandContext:
    """
    What commands read, write and build with.

    Attributes:
        environment: Variables by name.
        stdin: Read for a token that is not an argument.
        stdout: Answers.
        stderr: Warnings and the one line that says what went wrong.
        clock: For the age of tokens, and the date of what is read.
        build_validator: Same parameters as ``authcore.token_validator``.
        link_tools: Same parameters as ``authcore_cli.links_wiring.link_tools``.
        pending_creates: Same parameters as ``authcore_cli.admin_wiring.pending_creates``.
        session_tools: Same parameters as ``authcore_cli.admin_wiring.session_tools``.
        password_sign_in: Same parameters as ``authcore_cli.signin_wiring.password_sign_in``.
        read_hidden: Asks the user at the terminal without echo.
        sync_tools: Same parameters as ``authcore_cli.sync_wiring.sync_tools``.
        examination: Builds what ``authcore doctor`` runs, from variables.
        entropy: For new keys.
        legacy_tools: Same parameters as ``authcore_cli.legacy_wiring.legacy_tools``.
        plan_tools: Same parameters as ``authcore_cli.move.plan_wiring.plan_tools``.
        move_runs: Opens the folder of runs that variables name.
        run_tools: Same parameters as ``authcore_cli.move.run_wiring.run_tools``.
        evidence: Same parameters as ``authcore_cli.move.evidence_wiring.open_evidence``.
        cockpit_sources: Same parameters as ``authcore_cli.move.cockpit_wiring.cockpit_sources``.
        census_tools: Same parameters as ``authcore_cli.move.cockpit_wiring.census_tools``.
    """

    environment: Mapping[str, str] = attrs.field(repr=False)
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    clock: Clock = attrs.field(factory=SystemClock)
    build_validator: Callable[..., TokenValidator] = authcore.token_validator
    link_tools: "Callable[[Mapping[str, str], int, OnRetry], LinkTools]" = _link_tools
    pending_creates: "Callable[[Mapping[str, str]], PendingCreates]" = _pending_creates
    session_tools: "Callable[[Mapping[str, str]], SessionTools]" = _session_tools
    password_sign_in: "BuildPasswordSignIn" = _password_sign_in
    read_hidden: Callable[[str], str] = getpass
    sync_tools: "Callable[[Mapping[str, str], int | None, OnRetry], SyncTools]" = _sync_tools
    examination: "Callable[[Mapping[str, str], OnPart], OpenExamination]" = _examination
    entropy: Entropy = attrs.field(factory=SystemEntropy)
    legacy_tools: "Callable[[Mapping[str, str], LegacyCheckRequest], LegacyTools]" = _legacy_tools
    plan_tools: "Callable[[Mapping[str, str], OnRetry], PlanTools]" = _plan_tools
    move_runs: "Callable[[Mapping[str, str]], RunsDirectory]" = _move_runs
    run_tools: "Callable[[Mapping[str, str], str, OnRetry], RunTools]" = _run_tools
    evidence: "Callable[[Mapping[str, str], EvidenceRequest], OpenEvidence]" = _evidence
    cockpit_sources: "Callable[[Mapping[str, str], Clock], CockpitSources]" = _cockpit_sources
    census_tools: "BuildCensusTools" = _census_tools

    @property
    def answers(self) -> Console:
        """Console for tables; colour only on a terminal."""
        return _console(self.stdout)

    @property
    def warnings(self) -> Console:
        """Console for warnings; colour only on a terminal."""
        return _console(self.stderr)

    def say(self, line: str) -> None:
        """Write one line of the answer, unwrapped, for pipes."""
        self.stdout.write(f"{line}\n")

    def say_json(self, members: Mapping[str, object]) -> None:
        """Write *members* as one line of JSON."""
        self.say(json.dumps(members, separators=(",", ":")))

    def ask(self, prompt: str, *, hidden: bool) -> str:
        """
        Ask the user for one line, without echo where it is *hidden*.

        Where standard input is no terminal the next line there is the answer, and nothing is asked.

        Raises:
            NoInputError: There is no such line.

            ParameterRejectedError: It is longer than MAX_LINE, or no text.
        """
        if not self.stdin.isatty():
            return self._next_line()
        if hidden:
            return self._read_hidden(prompt)
        self.stderr.write(prompt)
        self.stderr.flush()
        return self._next_line()

    def _read_hidden(self, prompt: str) -> str:
        try:
            return self.read_hidden(prompt)
        except EOFError:
            raise _no_further_line() from None

    def _next_line(self) -> str:
        try:
            line = self.stdin.readline(MAX_LINE + 2)
        except (UnicodeDecodeError, OSError):
            raise ParameterRejectedError("standard input") from None
        answer = line.removesuffix("\n").removesuffix("\r")
        if not line:
            raise _no_further_line()
        if len(answer) > MAX_LINE:
            raise ParameterRejectedError("standard input")
        return answer

    def announce_wait(self, what: str) -> None:
        """Say at a terminal that the command waits for *what* there: nothing else would show it."""
        if self.stdin.isatty():
            self.complain(f"waiting for {what} on standard input; end it with Enter and Ctrl-D")

    def complain(self, line: str) -> None:
        """Write one line about what went wrong; failing that, only the exit status tells."""
        with suppress(UnwrittenError):
            self.stderr.write(f"authcore: {line}\n")
            self.stderr.flush()


def _no_further_line() -> NoInputError:
    return NoInputError("there is no further line on standard input")


def process_context(
    stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None
) -> CommandContext:
    """Return the context of this process; closed streams read as empty and discard output."""
    return CommandContext(
        environment(),
        stdin or io.StringIO(),
        cast("TextIO", OutputStream(stdout or io.StringIO())),
        cast("TextIO", OutputStream(stderr or io.StringIO())),
    )
