"""Output of ``authcore move rollback``: paragraphs on a terminal, one JSON document elsewhere."""

import json
from typing import Final

from rich.text import Text

from authcore.domain.model.counts import format_count
from authcore.domain.model.runbook import Difference, WayBack, WayBackVerdict
from authcore_cli.move.ready_output import obstacle_as_json, print_line, print_unknown
from authcore_cli.process import CommandContext


SUMMARIES: Final[dict[WayBackVerdict, tuple[str, str]]] = {
    "safe": ("safe: at the old login users find what they have at the new one", "bold green"),
    "lossy": ("lossy: at the old login users miss what is below", "bold red"),
    "unknown": ("unknown: nothing is missing in what could be read", "bold yellow"),
}


def show_json(context: CommandContext, found: WayBack) -> None:
    """Write one document."""
    stage = found.stage
    document = {
        "verdict": found.verdict,
        "stage": {"id": stage.id, "title": stage.title} if stage else None,
        "steps": list(found.steps),
        "lost": [_as_json(each) for each in found.differences if each.is_lost],
        "kept": [_as_json(each) for each in found.differences if not each.is_lost],
        "unknown": [obstacle_as_json(each, "needs") for each in found.unknown],
    }
    context.say(json.dumps(document, indent=2))


def show_terminal(context: CommandContext, found: WayBack) -> None:
    """Write the verdict, what is lost and kept, and the steps."""
    console = context.answers
    sentence, style = SUMMARIES[found.verdict]
    console.print(Text(sentence, style), soft_wrap=True)
    for each in found.differences:
        console.print()
        console.print(Text(each.id, "bold red" if each.is_lost else "bold green"))
        print_line(console, f"  {_number(each)} {each.what}")
        known = f"next:  {each.mend}" if each.is_lost else f"kept:  {each.kept_by}"
        print_line(console, f"  {known}")
        print_line(console, f"  see:   docs/{each.anchor}")
    print_unknown(console, found.unknown)
    console.print()
    print_line(console, f"stage: {found.stage.title if found.stage else 'unknown'}")
    for number, step in enumerate(found.steps, 1):
        print_line(console, f"{number}. {step}")


def _number(difference: Difference) -> str:
    most = format_count(difference.at_most, "user")
    if difference.at_least == difference.at_most:
        return most
    return f"{difference.at_least:,} to {most}" if difference.at_least else f"up to {most}"


def _as_json(difference: Difference) -> dict[str, object]:
    return {
        "id": difference.id,
        "what": difference.what,
        "at_least": difference.at_least,
        "at_most": difference.at_most,
        "kept_by": difference.kept_by or None,
        "next": difference.mend,
        "see": f"docs/{difference.anchor}",
    }
