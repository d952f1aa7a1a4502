"""What a command needs of the process it runs in, so that a test can stand in for it."""

import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TextIO, cast

import attrs
from rich.console import Console

import authcore
from authcore.adapters.system import SystemClock, environment
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.system import Clock
from authcore_cli.output_stream import OutputStream, UnwrittenError


if TYPE_CHECKING:
    from authcore.domain.services.accounts.retrying import OnRetry
    from authcore_cli.admin_wiring import BegunCreates, SessionTools
    from authcore_cli.links_run import LinkTools


FALLBACK_WIDTH: Final = 120
"""Columns of a table that goes to a file or a pipe."""


class ExitStatus(IntEnum):
    """How the command ended, for scripts."""

    OK = 0
    REJECTED = 1
    USAGE = 2
    UNAVAILABLE = 3
    UNWRITTEN = 4


def _console(stream: TextIO) -> Console:
    """A console that writes in colour only where *stream* is a terminal that has it."""
    width = None if stream.isatty() else FALLBACK_WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def _link_tools(environment: Mapping[str, str], rate: int, on_retry: "OnRetry") -> "LinkTools":
    from authcore_cli.links_wiring import link_tools  # noqa: PLC0415 - boto3 is slow to import

    return link_tools(environment, rate, on_retry)


def _begun_creates(environment: Mapping[str, str]) -> "BegunCreates":
    from authcore_cli.admin_wiring import begun_creates  # noqa: PLC0415 - boto3 again

    return begun_creates(environment)


def _session_tools(environment: Mapping[str, str]) -> "SessionTools":
    from authcore_cli.admin_wiring import session_tools  # noqa: PLC0415 - and again

    return session_tools(environment)


@attrs.frozen
class CommandContext:
    """
    The process, as commands see it.

    Attributes:
        environment: Variables by name.
        stdin: Where a token comes from when it is not an argument.
        stdout: Answers.
        stderr: Warnings and the one line that says what went wrong.
        clock: Tells how old a token is.
        build_validator: Same parameters as ``authcore.token_validator``.
        link_tools: Same parameters as ``authcore_cli.links_wiring.link_tools``.
        begun_creates: Same parameters as ``authcore_cli.admin_wiring.begun_creates``.
        session_tools: Same parameters as ``authcore_cli.admin_wiring.session_tools``.
    """

    environment: Mapping[str, str] = attrs.field(repr=False)
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    clock: Clock = attrs.field(factory=SystemClock)
    build_validator: Callable[..., TokenValidator] = authcore.token_validator
    link_tools: "Callable[[Mapping[str, str], int, OnRetry], LinkTools]" = _link_tools
    begun_creates: "Callable[[Mapping[str, str]], BegunCreates]" = _begun_creates
    session_tools: "Callable[[Mapping[str, str]], SessionTools]" = _session_tools

    @property
    def answers(self) -> Console:
        """For tables; colour only on a terminal."""
        return _console(self.stdout)

    @property
    def warnings(self) -> Console:
        """For what a person must not overlook; colour only on a terminal."""
        return _console(self.stderr)

    def say(self, line: str) -> None:
        """Write one answer, unwrapped, for pipes."""
        self.stdout.write(f"{line}\n")

    def complain(self, line: str) -> None:
        """Write the one line that says what went wrong; where it cannot be, the status tells."""
        with suppress(UnwrittenError):
            self.stderr.write(f"authcore: {line}\n")
            self.stderr.flush()


def process_context(
    stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None
) -> CommandContext:
    """The real ones.  A stream that was closed before the process began is empty, or forgets."""
    return CommandContext(
        environment(),
        stdin or io.StringIO(),
        cast("TextIO", OutputStream(stdout or io.StringIO())),
        cast("TextIO", OutputStream(stderr or io.StringIO())),
    )
