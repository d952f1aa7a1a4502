"""A file of an import is sent a chunk at a time, and checked before its last one."""

import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import NewPoolUser, PlannedUser, UserOutcome
from authcore.domain.services.moves.import_content import CHUNK, PartContent
from authcore.domain.services.moves.import_parts import ImportPart
from authcore.testing.contracts.move_runs import RUN
from authcore.testing.fakes.move_runs import InMemoryRun


ROWS = 30_000
LINE = "x" * 100


def _content(folder: Path) -> tuple[PartContent, InMemoryRun]:
    text = "".join([f"header{LINE}\n", *(f"user{n} {LINE}\n" for n in range(1, ROWS + 1))])
    (folder / "part-001.csv").write_text(text)
    store = InMemoryRun()
    store.begin(RUN)
    store.add_page(
        [PlannedUser(n, str(n), NewPoolUser(f"user{n}", {})) for n in range(1, ROWS + 1)], None
    )
    store.record([UserOutcome(2, "exists", "name_taken")])
    digest = sha256(text.encode()).hexdigest()
    part = ImportPart(name="part-001.csv", first=1, last=ROWS, rows=ROWS, sha256=digest)
    return PartContent.of(part, folder, store), store


def test_the_chunks_are_the_file_without_the_users_who_exist(tmp_path: Path) -> None:
    content, _ = _content(tmp_path)

    sent = b"".join(content)

    lines = (tmp_path / "part-001.csv").read_bytes().splitlines(keepends=True)
    assert sent == b"".join([*lines[:2], *lines[3:]])
    assert (len(content), content.rows) == (len(sent), ROWS - 1)
    assert b"".join(content) == sent


def test_no_more_than_some_chunks_are_in_memory(tmp_path: Path) -> None:
    content, store = _content(tmp_path)
    planned = [*store.planned()]
    store.planned = lambda after=0: iter(planned[after:])  # type: ignore[method-assign]
    pending = [*store.pending()]
    store.pending = lambda after=0: iter(pending[after:])  # type: ignore[method-assign]
    tracemalloc.start()
    for chunk in content:
        assert len(chunk) <= CHUNK + 200
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 5 * CHUNK < len(content)


def test_a_file_that_changes_while_it_is_sent_is_not_sent_to_its_end(tmp_path: Path) -> None:
    content, _ = _content(tmp_path)
    file = tmp_path / "part-001.csv"
    file.write_bytes(file.read_bytes().replace(b"user29999", b"userOTHER"))
    sent: list[bytes] = []

    with pytest.raises(ConfigurationError, match="is not what the run has planned"):
        sent.extend(content)

    assert 0 < sum(map(len, sent)) < len(content)


def test_a_file_that_grows_while_it_is_sent_is_not_sent_to_its_end(tmp_path: Path) -> None:
    content, _ = _content(tmp_path)
    file = tmp_path / "part-001.csv"
    file.write_bytes(file.read_bytes().replace(b"xxxx", b"xxxxxx"))
    sent: list[bytes] = []

    with pytest.raises(ConfigurationError, match="is not what the run has planned"):
        sent.extend(content)

    assert 0 < sum(map(len, sent)) < len(content)
