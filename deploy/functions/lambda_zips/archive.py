"""Zip files that are the same byte for byte whenever and wherever the same files are packed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file: the earliest that a zip can hold."""

_UNIX: Final = 3
_READABLE: Final = 0o100644 << 16
_LEVEL: Final = 9


def write_zip(target: Path, folders: Iterable[Path]) -> None:
    """Pack the files of *folders* side by side, in the order of their names."""
    files = {
        path.relative_to(folder).as_posix(): path for folder in folders for path in _files(folder)
    }
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, EARLIEST)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes())


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
