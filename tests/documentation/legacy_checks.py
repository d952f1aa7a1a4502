"""
The table of docs/legacy-team.md, made from the checks of ``authcore legacy check``.

``make tables`` writes it.
"""

from pathlib import Path
from typing import Final

from authcore.adapters.http import HttpClient
from authcore.domain.model.urls import service_url
from authcore.testing.fakes.system import ScriptedEntropy
from authcore_cli.legacy_checks.every_check import every_check
from authcore_cli.legacy_checks.request import LegacyCheckRequest
from authcore_cli.legacy_checks.target import CALL_LIMIT, MAX_ANSWER_BYTES, LegacyTarget


PAGE: Final = Path(__file__).parents[2] / "docs" / "legacy-team.md"
BEGIN: Final = "<!-- legacy checks: written by `make tables` -->"
END: Final = "<!-- end of legacy checks -->"


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


def page_with_table(page: str) -> str:
    """*page* with what stands between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
