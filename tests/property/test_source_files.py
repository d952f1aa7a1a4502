"""Sources on files, whatever is in them: each row is named once, each page can be the first."""

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.sources.files import FileUserSource
from authcore.adapters.sources.row_reader import REQUIRED, RowReader
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import SourcePage, SourceUser, UnreadableRow
from support.gate import examples


TEXT: Final = st.text(
    st.sampled_from("ab1@.,;\"'\\ \t\r\n\0\x85\u2028\u00e4\ud800\U0001f40e"), max_size=20
)
FLAG: Final = st.sampled_from(["true", "f", "0", "yes", ""])
ROWS: Final = st.lists(st.tuples(TEXT, TEXT, TEXT, FLAG, FLAG), max_size=12)
VALUES: Final = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXT, st.binary(max_size=5), st.just([])
)


def _read(text: str | bytes, name: str, page_size: int) -> list[SourcePage]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        source = FileUserSource(str(path), page_size=page_size)
        pages = list(source.pages())
        for number, page in enumerate(pages[:-1], 1):
            assert list(source.pages(page.next)) == pages[number:]
    return pages


def _rows(pages: list[SourcePage]) -> int:
    return sum(len(page.users) + len(page.unreadable) for page in pages)


@examples(100)
@given(rows=ROWS, page_size=st.integers(1, 4))
def test_every_record_that_a_csv_writer_writes_is_one_row(
    rows: list[tuple[str, ...]], page_size: int
) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([REQUIRED, *rows])

    assert _rows(_read(written.getvalue(), "users.csv", page_size)) == len(rows)


@examples(100)
@given(rows=ROWS, page_size=st.integers(1, 4))
def test_every_object_is_one_row(rows: list[tuple[str, ...]], page_size: int) -> None:
    first = json.dumps(dict.fromkeys(REQUIRED))
    lines = [first, *(json.dumps(dict(zip(REQUIRED, row, strict=True))) for row in rows)]

    assert _rows(_read("\n".join(lines), "users.jsonl", page_size)) == len(rows) + 1


@examples(300)
@given(octets=st.binary(max_size=200), page_size=st.integers(1, 4))
def test_any_bytes_behind_a_header_are_rows_or_an_error_of_the_operators(
    octets: bytes, page_size: int
) -> None:
    try:
        pages = _read(",".join(REQUIRED).encode() + b"\n" + octets, "users.csv", page_size)
    except ConfigurationError:
        return
    assert _rows(pages) <= octets.count(b"\n") + 1


@examples(300)
@given(octets=st.binary(max_size=200), page_size=st.integers(1, 4))
def test_any_bytes_behind_an_object_are_rows(octets: bytes, page_size: int) -> None:
    first = json.dumps(dict.fromkeys(REQUIRED)).encode()

    pages = _read(first + b"\n" + octets, "users.jsonl", page_size)

    assert 1 <= _rows(pages) <= octets.count(b"\n") + 2


@examples(300)
@given(row=st.tuples(*[VALUES] * 7))
def test_a_row_of_any_values_is_a_user_or_refused(row: tuple[Any, ...]) -> None:
    reader = RowReader((*REQUIRED, "locale", "password_hash"), source="X", place="row")

    found = reader.read(row, 1)

    assert isinstance(found, SourceUser | UnreadableRow)
    if isinstance(found, SourceUser) and found.account.email_verified:
        assert str(row[3]).lower() in ("1", "t", "true")
        assert found.account.email
