"""CSV files and JSON lines: what a file may look like, and where reading stops."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from authcore.adapters.sources.csv_rows import MAX_RECORD_BYTES
from authcore.adapters.sources.files import FileUserSource
from authcore.adapters.sources.json_lines import MAX_LINE_BYTES, MAX_SHAPES
from authcore.domain.errors import ConfigurationError


HEADER: Final = "legacy_uid,username,email,email_verified,locked,display_name\n"
Write = Callable[..., FileUserSource]


@pytest.fixture
def csv(tmp_path: Path) -> Write:
    return _writer(tmp_path / "users.csv")


@pytest.fixture
def lines(tmp_path: Path) -> Write:
    return _writer(tmp_path / "users.jsonl")


def _writer(path: Path) -> Write:
    def write(text: str | bytes, page_size: int = 1000) -> FileUserSource:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return FileUserSource(str(path), page_size=page_size)

    return write


def users(source: FileUserSource) -> list[str]:
    return [user.account.legacy_uid for page in source.pages() for user in page.users]


def refused(source: FileUserSource) -> list[tuple[str, str]]:
    return [(row.place, row.reason) for page in source.pages() for row in page.unreadable]


def member(uid: object, **changes: object) -> str:
    given = {"legacy_uid": uid, "username": "u", "email": None, "email_verified": None}
    return json.dumps({**given, "locked": False, **changes})


def problem(source: FileUserSource, after: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        list(source.pages(after))
    return str(caught.value)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n", "\r\n\r\n"])
def test_the_last_line_may_end_as_it_likes(csv: Write, end: str) -> None:
    assert users(csv(f"{HEADER}1,a,,,f,\n2,b,,,f,{end}")) == ["1", "2"]


def test_line_ends_of_rfc_4180_are_read(csv: Write) -> None:
    assert users(csv(HEADER.replace("\n", "\r\n") + "1,a,,,f,\r\n2,b,,,f,\r\n")) == ["1", "2"]


@pytest.mark.parametrize("header", [HEADER, f'"legacy_uid"{HEADER.removeprefix("legacy_uid")}'])
def test_a_byte_order_mark_is_no_part_of_a_column(csv: Write, header: str) -> None:
    assert users(csv(b"\xef\xbb\xbf" + f"{header}1,a,,,f,\n".encode())) == ["1"]


def test_a_byte_order_mark_is_no_part_of_an_object(lines: Write) -> None:
    assert users(lines(b"\xef\xbb\xbf" + member(1).encode())) == ["1"]


def test_quoted_fields_hold_commas_and_quotes(csv: Write) -> None:
    source = csv(f'{HEADER}1,"a,""b""",,,f,"Ä, B"\n')

    (page,) = source.pages()

    assert page.users[0].account.username == 'a,"b"'
    assert page.users[0].account.display_name == "Ä, B"


def test_a_line_break_in_a_field_moves_neither_cursors_nor_lines(csv: Write) -> None:
    """A display name of several lines is no name of a pool's, and no beginning of a row either."""
    row = '{0},u{0},,,f,"two\n9{0},evil,,,f,\nlines"\n'
    source = csv(
        HEADER + "".join(row.format(number) + f"{number}0,u,,,f,\n" for number in "123"), 1
    )

    pages = list(source.pages())

    assert users(source) == ["10", "20", "30"]
    assert refused(source) == [(f"line {at}", "row_text_unusable") for at in (2, 6, 10)]
    for number, page in enumerate(pages[:-1], 1):
        assert list(source.pages(page.next)) == pages[number:]


def test_rows_of_another_length_are_named_and_skipped(csv: Write) -> None:
    source = csv(f"{HEADER}1,a,,,f\n2,b,,,f,,\n3,c,,,f,\n")

    assert users(source) == ["3"]
    assert refused(source) == [("line 2", "row_incomplete"), ("line 3", "row_incomplete")]


@pytest.mark.parametrize("row", ['2,"b"c,,,f,', '2,b,,,f,"not closed', '2,b,,,f,"a" b\n3,c,,,f,'])
def test_a_broken_quote_stops_the_file(csv: Write, row: str) -> None:
    assert "line 3 is not CSV" in problem(csv(f"{HEADER}1,a,,,f,\n{row}\n"))


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(csv: Write) -> None:
    rest = "2,b,,,f,\n" * (MAX_RECORD_BYTES // 8)

    assert "is longer than 65536 bytes" in problem(csv(f'{HEADER}1,a,,,f,"{rest}'))


def test_a_record_may_have_the_longest_length(csv: Write) -> None:
    rest = "1,a,,,f,\n"
    name = "x" * (MAX_RECORD_BYTES - len(rest))

    assert refused(csv(f"{HEADER}1,a,,,f,{name}\n")) == [("line 2", "row_text_unusable")]
    assert "longer than" in problem(csv(f"{HEADER}1,a,,,f,{name}x\n"))


def test_line_ends_of_an_old_mac_are_not_guessed_at(csv: Write) -> None:
    assert "not CSV" in problem(csv(f"{HEADER}1,a,,,f,\n2,b,,,f,\r3,c,,,f,\n"))


@pytest.mark.parametrize("octets", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\0"])
def test_a_row_that_is_not_utf_8_is_refused_and_no_other(csv: Write, octets: bytes) -> None:
    source = csv(HEADER.encode() + b"1,a" + octets + b",,,f,\n2,b,,,f,\n")

    assert users(source) == ["2"]
    assert refused(source) == [("line 2", "row_text_unusable")]


def test_a_file_of_semicolons_lacks_every_column(csv: Write) -> None:
    assert "there is no column legacy_uid" in problem(csv(HEADER.replace(",", ";")))


@pytest.mark.parametrize("text", ["", "\n", "1,a,,,f,\n"])
def test_a_file_without_a_header_is_none(csv: Write, text: str) -> None:
    assert "there is no column" in problem(csv(text))


@pytest.mark.parametrize("text", [HEADER, HEADER.rstrip(), f"{HEADER}\n\n"])
def test_a_header_alone_is_an_empty_source(csv: Write, text: str) -> None:
    (page,) = csv(text).pages()

    assert (page.users, page.unreadable, page.next) == ((), (), None)


def test_an_empty_file_of_json_lines_is_an_empty_source(lines: Write) -> None:
    (page,) = lines("").pages()

    assert (page.users, page.next) == ((), None)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "1",
        "null",
        "{} {}",
        '{"legacy_uid": 1, "legacy_uid": 2}',
        member(1, locked=float("nan")),
        '{"legacy_uid": ' + "1" * 5000 + "}",
        "[" * 20_000,
        '{"a":' * 9000,
    ],
)
def test_a_line_that_is_no_object_is_refused_and_no_other(lines: Write, line: str) -> None:
    source = lines(f"{member(1)}\n{line}\n\n{member(2)}\n")

    assert users(source) == ["1", "2"]
    assert refused(source) == [("line 2", "row_unreadable")]


def test_bytes_that_are_not_utf_8_are_refused(lines: Write) -> None:
    source = lines(member(1).encode() + b'\n{"\xff"}\n')

    assert refused(source) == [("line 2", "row_unreadable")]


@pytest.mark.parametrize("line", [member(1, lockd=True), '{"legacy_uid": 1}', "{}"])
def test_the_first_line_says_whether_the_members_are_columns(lines: Write, line: str) -> None:
    assert "AUTHCORE_SOURCE_FILE" in problem(lines(line))
    assert refused(lines(f"{member(1)}\n{line}")) == [("line 2", "row_incomplete")]


def test_optional_members_may_come_and_go(lines: Write) -> None:
    source = lines("\n".join([member(1), member(2, locale="de"), member(3, display_name="x")]))

    assert users(source) == ["1", "2", "3"]


def test_any_number_of_sets_of_members_is_read(lines: Write) -> None:
    text = "\n".join(member(each, **{f"custom:{each}": "x"}) for each in range(MAX_SHAPES + 9))

    assert len(users(lines(text))) == MAX_SHAPES + 9


@pytest.mark.parametrize("length", [MAX_LINE_BYTES, 3 * MAX_LINE_BYTES, 3 * MAX_LINE_BYTES + 7])
def test_a_line_that_is_too_long_is_skipped_in_pieces(lines: Write, length: int) -> None:
    source = lines(f"{member(1)}\n{'x' * length}\n{member(2)}\n{'y' * length}", 1)

    pages = list(source.pages())

    assert users(source) == ["1", "2"]
    assert refused(source) == [("line 2", "row_too_long"), ("line 4", "row_too_long")]
    for number, page in enumerate(pages[:-1], 1):
        assert list(source.pages(page.next)) == pages[number:]


def test_a_line_of_the_longest_length_is_read(lines: Write) -> None:
    padded = member(1).ljust(MAX_LINE_BYTES - 1)

    assert users(lines(f"{padded}\n")) == ["1"]


def _rewrite(path: Path) -> None:
    text = path.read_bytes()
    path.write_bytes(text.replace(b"1,a", b"1,b"))


def _touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def _extend(path: Path) -> None:
    found = path.stat()
    with path.open("ab") as file:
        file.write(b"9,z,,,f,\n")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _same_time(path: Path) -> None:
    found = path.stat()
    _rewrite(path)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


@pytest.mark.parametrize("change", [_touch, _extend, _same_time])
def test_a_file_that_changed_is_not_read_on(
    csv: Write, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    source = csv(f"{HEADER}1,a,,,f,\n2,b,,,f,\n", 1)
    before = source.fingerprint()
    cursor = next(source.pages()).next

    change(tmp_path / "users.csv")

    assert "changed since the run began" in problem(source, cursor)
    assert source.fingerprint() != before


def test_a_file_that_changes_while_it_is_read_is_not_read_on(csv: Write, tmp_path: Path) -> None:
    pages = csv(f"{HEADER}1,a,,,f,\n2,b,,,f,\n", 1).pages()
    next(pages)

    _extend(tmp_path / "users.csv")

    with pytest.raises(ConfigurationError, match="changed"):
        next(pages)


@pytest.mark.parametrize("after", ["", "0", "x 1 1", f"{'0' * 32} 1", f"{'0' * 32} 1 1 1"])
def test_a_cursor_of_another_form_is_refused(csv: Write, after: str) -> None:
    assert "none of this file" in problem(csv(HEADER), after)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, Path.absolute])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "users.csv")

    assert "FileNotFoundError" in problem(FileUserSource(str(tmp_path / "users.csv")))


def test_an_object_of_other_members_tells_its_account(lines: Write) -> None:
    other = member(7, username="jane", email="j@x.example", lockd=True, preferred_username="jj")
    source = lines(f"{member(1)}\n{other}")

    ((row,),) = [page.unreadable for page in source.pages()]

    assert row.account is not None
    assert (row.account.legacy_uid, row.account.username) == ("7", "jane")
    assert row.account.email_verified, "what is not known to be false counts"
    assert row.attributes == {"preferred_username": "jj"}
