"""The report about an observing guard, as text for a terminal and as one object."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from authcore.domain.model.counts import format_count
from authcore.domain.model.shadow import (
    HEAD_BOUNDS,
    LET_IN,
    SECOND_BOUNDS,
    WOULD_REFRESH,
    Decided,
    ShadowCounts,
    bound_of,
)


PERCENTILES: Final = (0.5, 0.95, 0.99)

PROXY_HEAD: Final = 4_096
"""Bytes of a response head that nginx passes on by default.  See: nginx "proxy_buffer_size"."""

_MEMBERS: Final = ("status", "outcome", "reason", "requests")

EFFECTS: Final[Mapping[int, str]] = {
    LET_IN: "let in",
    204: "preflights answered by the guard",
    302: "sent to sign in",
    401: "refused: 401 to a program, or a page to a form",
    403: "refused: 403, a group or role is missing",
    431: "refused: 431, too many cookies",
    503: "answered: 503, try again later",
}
"""By status: what the guard would have done."""


def paragraphs(counts: ShadowCounts, *, lines: int) -> Iterator[Text | Table]:
    """Yield the parts of the report, for a terminal."""
    yield Text(f"{_period(counts)}, {format_count(lines, 'line')} of counts\n")
    yield Text(sentence(counts), "bold")
    if uncertain := counts.count("accepted", reason=WOULD_REFRESH):
        yield Text(
            f"{uncertain:,} of those let in have expired or due tokens: the provider decides about "
            "their refresh."
        )
    yield _table(counts)
    yield Text(_times(counts))
    yield from map(Text, _remarks(counts))


def sentence(counts: ShadowCounts) -> str:
    """Say in one sentence what switching the guard on would have changed."""
    kept_out = counts.requests - counts.count("accepted")
    if not kept_out:
        return f"Switched on, the guard would have let in all of {counts.requests:,} requests."
    away = counts.count("rejected", status=302) + counts.count("rejected", status=401)
    return (
        f"Switched on, the guard would have kept out {kept_out:,} of {counts.requests:,} requests "
        f"({_share(kept_out, counts.requests)}), {away:,} for want of a sign-in."
    )


def as_json(counts: ShadowCounts, *, lines: int) -> str:
    """Write the report as one object."""
    document: dict[str, Any] = {
        "since": counts.since.isoformat(),
        "until": counts.until.isoformat(),
        "lines": lines,
        "requests": counts.requests,
        "let_in": counts.count("accepted"),
        "would_refresh": counts.count("accepted", reason=WOULD_REFRESH),
        "sent_to_sign_in": counts.count("rejected", status=302)
        + counts.count("rejected", status=401),
        "decisions": _rows(counts.decided),
        "routes": _rows(counts.routes),
        "missed": dict(sorted(counts.missed.items())),
        "seconds": {
            f"p{part * 100:.0f}": bound_of(part, counts.seconds, SECOND_BOUNDS)
            for part in PERCENTILES
        },
        "heads_above_4096": _above(counts),
    }
    return json.dumps(document)


def _rows(decided: Mapping[Decided, int]) -> list[dict[str, object]]:
    return [
        dict(zip(_MEMBERS, (*key, number), strict=True)) for key, number in sorted(decided.items())
    ]


def _table(counts: ShadowCounts) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    justified: tuple[JustifyMethod, ...] = ("left", "right", "right")
    for justify in justified:
        table.add_column(justify=justify, overflow="fold")
    for status in sorted({status for status, _, _ in counts.decided}):
        of_status = {key: n for key, n in counts.decided.items() if key[0] == status}
        total = sum(of_status.values())
        effect = EFFECTS.get(status, f"answered: {status}")
        table.add_row(Text(effect, "bold"), f"{total:,}", _share(total, counts.requests))
        for (_, outcome, reason), number in sorted(of_status.items(), key=lambda item: -item[1]):
            named = f"  {reason}" + ("" if outcome != "misconfigured" else " (misconfigured)")
            table.add_row(Text(named), f"{number:,}", _share(number, counts.requests))
    return table


def _times(counts: ShadowCounts) -> str:
    parts = [
        f"{part * 100:.0f} % within {_milliseconds(bound_of(part, counts.seconds, SECOND_BOUNDS))}"
        for part in PERCENTILES
    ]
    return f"Time of a decision: {', '.join(parts)}."


def _milliseconds(bound: float | None) -> str:
    return f"{bound * 1000:g} ms" if bound is not None else f"more than {SECOND_BOUNDS[-1]:g} s"


def _remarks(counts: ShadowCounts) -> Iterator[str]:
    if large := _above(counts):
        yield (
            f"{large:,} response heads would get more than {PROXY_HEAD:,} bytes from the guard, "
            "which is all that nginx passes on by default: see AUTHCORE_GUARD_RESPONSE_BUDGET."
        )
    if routes := sum(counts.routes.values()):
        yield f"{routes:,} of those let in would be refused by a single route."
    for reason, number in sorted(counts.missed.items()):
        is_missing = "is" if number == 1 else "are"
        yield f"{format_count(number, 'request')} {is_missing} missing here: {reason}."


def _above(counts: ShadowCounts) -> int:
    return sum(counts.heads[HEAD_BOUNDS.index(PROXY_HEAD) + 1 :])


def _period(counts: ShadowCounts) -> str:
    return f"{counts.since:%Y-%m-%d %H:%M} to {counts.until:%Y-%m-%d %H:%M} UTC"


def _share(part: int, whole: int) -> str:
    """Give the share; never 0.0 % of what there is, nor 100.0 % of what is not all."""
    percent = 100 * part / whole
    if part and percent < 0.05:
        return "< 0.1 %"
    if part != whole and percent > 99.95:
        return "> 99.9 %"
    return f"{percent:.1f} %"
