"""
The table of docs/legacy-team.md, made from the checks of ``authcore legacy check``.

``make tables`` writes it.
"""

from typing import Final

from authcore.adapters.http import HttpClient
from authcore.domain.model.urls import service_url
from authcore.testing.fakes.system import ScriptedEntropy
from authcore_cli.legacy_checks.every_check import every_check
from authcore_cli.legacy_checks.request import LegacyCheckRequest
from authcore_cli.legacy_checks.target import CALL_LIMIT, MAX_ANSWER_BYTES, LegacyTarget
from documentation.generated import GeneratedPart


def table() -> str:
    """One row a check."""
    target = LegacyTarget(
        http=HttpClient(within=CALL_LIMIT, max_bytes=MAX_ANSWER_BYTES),
        url=service_url("https://legacy.example"),
        api_key=lambda: "",
        timer=lambda: 0.0,
        entropy=ScriptedEntropy(),
        request=LegacyCheckRequest(),
    )
    lines = ["| check | operation | rule | needs |", "|---|---|---|---|"]
    for check in every_check(target):
        needs = f"`{check.lacks}`" if check.lacks else ""
        lines.append(f"| `{check.name}` | `{check.operation}` | {check.rule} | {needs} |")
    return "\n".join(lines)


PART: Final = GeneratedPart("legacy-team.md", "legacy checks", table)


if __name__ == "__main__":
    PART.write()
