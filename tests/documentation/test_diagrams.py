"""The drawings of the guides are those of their sources, and say in words what they show."""

import re
from pathlib import Path

import pytest

from documentation.diagrams import DOCS, Diagram, drawings


SOURCE = """
title: A call
desc: One asks, the other answers.
actors: one | other*
one > other: asks <b>
one < other: answers
= later
other > one: calls back
other: thinks
"""


def test_every_drawing_is_current() -> None:
    for path, text in drawings().items():
        assert path.read_text(encoding="utf-8") == text, "run `make tables`"


@pytest.mark.parametrize(
    "path", sorted((DOCS / "images").glob("*.svg")), ids=lambda each: each.name
)
def test_a_drawing_has_a_title_and_a_description_and_loads_nothing(path: Path) -> None:
    svg = path.read_text(encoding="utf-8")

    name = path.stem if f'id="{path.stem}-title"' in svg else path.stem.partition("-")[0]
    assert f'aria-labelledby="{name}-title {name}-desc"' in svg
    assert re.search(rf'<title id="{name}-title">[^<]+</title>', svg)
    assert re.search(rf'<desc id="{name}-desc">[^<]{{40,}}</desc>', svg)
    assert re.sub(r'xmlns="[^"]+"', "", svg).count("://") == 0


def test_calls_and_answers_point_where_the_source_says() -> None:
    svg = Diagram.read("made-up", SOURCE).draw()

    assert "asks &lt;b&gt;" in svg
    arrows = re.findall(r'<path d="M(\d+) \d+H(\d+)" class="line" stroke-width="1.5"([^/]*)', svg)
    ways = [(int(begin) < int(end), "dasharray" in rest) for begin, end, rest in arrows]
    assert ways == [(True, False), (False, True), (False, False)]
    assert 'class="own"' in svg.partition("other</text>")[0]
