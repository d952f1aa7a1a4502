"""
The table of rejected rows in docs/move.md, made from ``PLAN_REASONS``.

``make tables`` writes it.
"""

from typing import Final

from authcore.domain.model.reasons.move_reasons import PLAN_REASONS
from documentation.generated import GeneratedPart


def table() -> str:
    """One row a reason."""
    lines = ["| reason | what it means, and what to do |", "|---|---|"]
    lines += [f"| `{reason}` | {sentence} |" for reason, sentence in PLAN_REASONS.items()]
    return "\n".join(lines)


PART: Final = GeneratedPart("move.md", "reasons of a plan", table)


if __name__ == "__main__":
    PART.write()
