"""Output of ``authcore move ready``: paragraphs on a terminal, one JSON document elsewhere."""

import json
import re
from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from rich.console import Console
from rich.text import Text

from authcore.domain.model.readiness import Obstacle, Readiness, Verdict
from authcore.domain.model.runbook import Stage
from authcore_cli.process import CommandContext
from authcore_cli.terminal_text import printable


LABEL: Final = re.compile(r" *(?:(?:next|needs|see|kept|stage|check): +|\d+\. )?")

NOTHING_FOUND: Final = "unknown: nothing stands in the way in what could be read"
NOTHING_ASKED: Final = "unknown: no question was asked"

COLOURS: Final[dict[Verdict, str]] = {
    "ready": "bold green",
    "blocked": "bold red",
    "unknown": "bold yellow",
}


def show_json(context: CommandContext, answer: Readiness, stage: Stage | str) -> None:
    """Write one document."""
    document = {
        "verdict": answer.verdict,
        "blockers": [obstacle_as_json(each, "next") for each in answer.blockers],
        "unknown": [obstacle_as_json(each, "needs") for each in answer.unknown],
        "passed": list(answer.passed),
        "not_asked": list(answer.not_asked),
        "waived": list(answer.waived),
        **stage_as_json(stage),
    }
    context.say(json.dumps(document, indent=2))


def stage_as_json(stage: Stage | str) -> dict[str, object]:
    """Describe how far the move is, and the next step; or why neither is known."""
    if isinstance(stage, str):
        return {"stage": None, "stage_unknown": printable(stage), "next": None}
    step = {"step": stage.step, "check": stage.check, "command": stage.command}
    return {"stage": {"id": stage.id, "title": stage.title}, "next": step}


def obstacle_as_json(obstacle: Obstacle, mend: str) -> dict[str, str]:
    """Describe an obstacle; what to do about it is the member *mend*."""
    return {
        "id": obstacle.id,
        "evidence": printable(obstacle.evidence),
        mend: obstacle.mend,
        "see": f"docs/{obstacle.anchor}",
    }


def show_terminal(context: CommandContext, answer: Readiness, stage: Stage | str) -> None:
    """Write the verdict, a paragraph for each obstacle, and the next step."""
    console = context.answers
    console.print(Text(_summary(answer), COLOURS[answer.verdict]), soft_wrap=True)
    for each in answer.blockers:
        print_obstacle(console, each, style="red", mend="next: ")
    print_unknown(console, answer.unknown)
    for name, ids in (("not asked", answer.not_asked), ("left out", answer.waived)):
        if ids:
            console.print()
            print_line(console, f"{name}: {', '.join(ids)}")
    print_stage(console, stage)


def print_obstacle(console: Console, obstacle: Obstacle, *, style: str, mend: str) -> None:
    """Write one paragraph."""
    console.print()
    console.print(Text(obstacle.id, f"bold {style}"), soft_wrap=True)
    print_line(console, f"  {obstacle.evidence}")
    print_line(console, f"  {mend} {obstacle.mend}")
    print_line(console, f"  see:   docs/{obstacle.anchor}")


def print_unknown(console: Console, unknown: Iterable[Obstacle]) -> None:
    """Write one paragraph for all questions that one missing part leaves open."""
    ids: dict[tuple[str, str, str], list[str]] = {}
    for each in unknown:
        ids.setdefault((each.evidence, each.mend, each.anchor), []).append(each.id)
    for (evidence, mend, anchor), named in ids.items():
        together = Obstacle(id=", ".join(named), evidence=evidence, mend=mend, anchor=anchor)
        print_obstacle(console, together, style="yellow", mend="needs:")


def print_stage(console: Console, stage: Stage | str) -> None:
    """Write how far the move is, and the next step."""
    console.print()
    if isinstance(stage, str):
        print_line(console, f"stage: unknown: {stage}")
        return
    print_line(console, f"stage: {stage.title}")
    print_line(console, f"next:  {stage.step}")
    print_line(console, f"check: {stage.check}")
    print_line(console, f"       {stage.command}")


def print_line(console: Console, text: str) -> None:
    """Write *text*, wrapped between words; further lines begin below the text after its label."""
    shown = printable(text)
    label = LABEL.match(shown)
    lines = wrap(
        shown,
        console.width,
        subsequent_indent=" " * (label.end() if label else 0),
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _summary(answer: Readiness) -> str:
    asked = len(answer.blockers) + len(answer.unknown) + len(answer.passed)
    ids = {each.id for each in answer.blockers}
    parts = {
        "ready": [f"ready: {len(answer.passed)} questions answered, nothing stands in the way"],
        "blocked": [f"blocked: {len(ids)} of {asked} questions"],
        "unknown": [NOTHING_FOUND if asked else NOTHING_ASKED],
    }[answer.verdict]
    if answer.unknown:
        parts.append(f"{len(answer.unknown)} not answered")
    if answer.not_asked:
        parts.append(f"{len(answer.not_asked)} not asked")
    return ", ".join(parts)
