"""The sequence diagram of the flow page: inline SVG without styles of its own."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from authcore_local.flow import Actor, Entry, Hop, Note


MAX_DRAWN: Final = 80
"""Entries of the diagram: the last ones; the list beside it has more."""

LANES: Final = ("Browser", "CMS + guard", "Auth service", "Cognito", "Triggers", "Legacy")

_LANE: Final[Mapping[Actor, int]] = {
    "browser": 0,
    "cms": 1,
    "guard": 1,
    "admin": 1,
    "auth": 2,
    "cognito": 3,
    "lambda": 4,
    "legacy": 5,
}
_WIDTH: Final = 150
_TOTAL: Final = _WIDTH * len(LANES)
_HOP_HEIGHT: Final = 38
_NOTE_HEIGHT: Final = 50
_HEADS_HEIGHT: Final = 34
_CHARACTER: Final = 6.9
"""Width of a character of the labels, about."""

_MAX_LABEL: Final = 52
_QUERY: Final = re.compile(r"(?<=\S)\?\S.*")
_EDGE: Final = 6

_OUTCOMES: Final = {
    "accepted": "good",
    "rejected": "no",
    "unavailable": "down",
    "misconfigured": "down",
}
_KINDS: Final = {"2": "good", "3": "move", "4": "no", "5": "down"}
_WORDS: Final = {
    "refreshed": "good",
    "legacy_session": "good",
    "refresh_postponed": "down",
    "refresh_rejected": "no",
    "session_revoked": "no",
    "session_too_old": "no",
}


def kind(answer: str) -> str:
    """Return the colour class of an answer: good, move (a redirect), no, down, or empty."""
    return _KINDS.get(answer[:1], "") if answer[:3].isdigit() else _WORDS.get(answer, "")


def note_kind(note: Note) -> str:
    """Return the colour class of an audit event."""
    return _OUTCOMES[note.event.outcome]


def heads() -> str:
    """Return the names of the lanes as SVG; they stay in view while the messages scroll."""
    names = "".join(
        f'<text class="lane" x="{_x(lane)}" y="22">{escape(name)}</text>'
        for lane, name in enumerate(LANES)
    )
    return _svg(_HEADS_HEIGHT, names)


def messages(entries: Sequence[Entry]) -> str:
    """Return the last MAX_DRAWN of *entries* as SVG, from above, in their order."""
    drawn, y = [], 0
    for entry in entries[-MAX_DRAWN:]:
        drawn.append(_note(entry, y) if isinstance(entry, Note) else _hop(entry, y))
        y += _NOTE_HEIGHT if isinstance(entry, Note) else _HOP_HEIGHT
    height = max(y, _HOP_HEIGHT) + _EDGE
    lines = "".join(
        f'<path class="lifeline" d="M{_x(lane)} 0V{height}"/>' for lane in range(len(LANES))
    )
    return _svg(height, lines + "".join(drawn))


def _svg(height: int, content: str) -> str:
    """Hidden from screen readers, which have the same in the list."""
    return (
        f'<svg viewBox="0 0 {_TOTAL} {height}" width="{_TOTAL}" height="{height}" '
        f'aria-hidden="true" focusable="false">{content}</svg>'
    )


def _x(lane: int) -> int:
    return _WIDTH * lane + _WIDTH // 2


def _hop(hop: Hop, top: int) -> str:
    """Draw a message; a question to the guard stays in the part that the guard belongs to."""
    start = _LANE[hop.sender]
    end = start if hop.receiver == "guard" else _LANE[hop.receiver]
    request = _cut(_QUERY.sub("", hop.request))
    answer = _cut(hop.answer)
    label = f'<tspan>{escape(request)}</tspan> <tspan class="answer">{escape(answer)}</tspan>'
    x = _centre((_x(start) + _x(end)) / 2, len(request) + len(answer) + 1)
    y = top + 28
    return (
        f'<g class="hop {kind(hop.answer)}">{_arrow(_x(start), _x(end), y)}'
        f'<text class="label" x="{x:.0f}" y="{top + 18}">{label}</text></g>'
    )


def _arrow(start: int, end: int, y: int) -> str:
    if start == end:
        return f'<circle cx="{start}" cy="{y}" r="4"/>'
    back = end - 9 if end > start else end + 9
    return (
        f'<path class="arrow" d="M{start} {y}H{back}"/>'
        f'<path class="tip" d="M{end} {y}L{back} {y - 4}V{y + 4}Z"/>'
    )


def _note(note: Note, top: int) -> str:
    event = note.event
    first = _cut(f"{event.action} {'' if event.reason == 'ok' else event.reason}".rstrip())
    second = _cut(note.ids or event.outcome)
    width = max(len(first), len(second)) * _CHARACTER + 16
    x = _centre(_x(_LANE[note.actor]), int(width / _CHARACTER))
    return (
        f'<g class="note {note_kind(note)}"><rect x="{x - width / 2:.0f}" y="{top + 3}" '
        f'width="{width:.0f}" height="{_NOTE_HEIGHT - 8}" rx="5"/>'
        f'<text class="label" x="{x:.0f}" y="{top + 20}">{escape(first)}</text>'
        f'<text class="ids" x="{x:.0f}" y="{top + 37}">{escape(second)}</text></g>'
    )


def _centre(wished: float, characters: int) -> float:
    """Where a centred text of so many characters has to be to stay inside the picture."""
    half = characters * _CHARACTER / 2 + _EDGE
    return min(max(wished, half), _TOTAL - half)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_LABEL else f"{text[: _MAX_LABEL - 1]}…"
