"""``authcore move shadow``: what an observing guard would have done."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Final, TextIO, cast

import attrs
from cyclopts import Parameter

from authcore.adapters.audit.shadow_lines import MAX_LINE, read_line
from authcore.domain.model.counts import format_count
from authcore.domain.model.shadow import ShadowCounts
from authcore_cli.move.shadow_output import as_json, paragraphs
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import printable


PATIENCE: Final = timedelta(seconds=2)
"""After which a terminal shows that lines are read."""

LOOKED_AT_EVERY: Final = 1_000
"""Lines between two looks at the clock."""


@attrs.define
class _Found:
    """What the files hold."""

    counts: ShadowCounts | None = None
    lines: int = 0
    wrong: int = 0

    def add(self, line: str) -> None:
        try:
            counts = read_line(line)
        except ValueError:
            self.wrong += 1
            return
        if counts is not None:
            self.lines += 1
            self.counts = self.counts.join(counts) if self.counts else counts


@attrs.frozen
class ShadowCommand:
    """
    Reports what observing guards have written to logs.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def shadow(
        self,
        *files: Annotated[Path, Parameter(show_default=False)],
        json_lines: Annotated[bool, Parameter(name="--json", negative="")] = False,
    ) -> ExitStatus:
        """
        Report what guards with AUTHCORE_GUARD_MODE=observe would have done.

        Reads their log: lines with the event "shadow", alone, behind a prefix or in the member
        "message" of an object; other lines are skipped.  Exit status: 0 reported, 1 reported
        without lines that are cut off or altered, 2 no such line, or a file that cannot be read.

        Args:
            files: Logs of every process and host, each line once; *.gz too; by default standard
                input.

            json_lines: One object also on a terminal.
        """
        found = _Found()
        for file in files or (None,):
            try:
                self._read(file, found)
            except (OSError, EOFError) as error:
                reason = getattr(error, "strerror", None) or "no complete gzip file"
                name = printable(str(file or "standard input"))
                self.context.complain(f"{name} cannot be read: {reason}")
                return ExitStatus.USAGE
        return self._report(found, as_object=json_lines or not self.context.stdout.isatty())

    def _read(self, file: Path | None, found: _Found) -> None:
        began, is_shown = self.context.clock.now(), not self.context.stderr.isatty()
        with ExitStack() as shown:
            for number, line in enumerate(self._lines_of(file)):
                found.add(line)
                if is_shown or number % LOOKED_AT_EVERY:
                    continue
                if self.context.clock.now() - began >= PATIENCE:
                    is_shown = True
                    shown.enter_context(
                        self.context.warnings.status(f"{found.lines:,} lines of counts so far")
                    )

    def _report(self, found: _Found, *, as_object: bool) -> ExitStatus:
        if found.wrong:
            self.context.complain(
                f"left out {format_count(found.wrong, 'line')} of counts, cut off or altered: the "
                "log must keep each line whole"
            )
        if found.counts is None:
            self.context.complain(
                "no line of an observing guard: its logger authcore.shadow writes one a minute "
                "while there are requests, and one when the process ends, with level WARNING"
            )
            return ExitStatus.USAGE
        if as_object:
            self.context.say(as_json(found.counts, lines=found.lines))
        else:
            for paragraph in paragraphs(found.counts, lines=found.lines):
                self.context.answers.print(paragraph)
        return ExitStatus.REJECTED if found.wrong else ExitStatus.OK

    def _lines_of(self, file: Path | None) -> Iterator[str]:
        if file is None:
            self.context.announce_wait("the log")
            yield from _cut_lines(self.context.stdin)
            return
        with file.open("rb") as raw:
            octets = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if _is_packed(file) else raw
            with TextIOWrapper(octets, encoding="utf-8", errors="replace") as log:
                yield from _cut_lines(log)


def _is_packed(file: Path) -> bool:
    return file.suffix == ".gz"


def _cut_lines(log: TextIO) -> Iterator[str]:
    """Yield lines in pieces of at most MAX_LINE characters, so that no line fills the memory."""
    while piece := log.readline(MAX_LINE):
        yield piece
