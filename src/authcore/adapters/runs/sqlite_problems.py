"""What SQLite's codes mean for an operator."""

import sqlite3
from typing import Final


_SENTENCES: Final = {
    "SQLITE_FULL": "the disk is full: make room, and repeat the command",
    "SQLITE_IOERR": "the disk refuses, as a full one may: make room, and repeat the command",
    "SQLITE_READONLY": "it may not be written",
    "SQLITE_CANTOPEN": "it cannot be opened, or its folder not be written",
    "SQLITE_PERM": "it may not be opened",
    "SQLITE_BUSY": "another process holds it: repeat the command",
    "SQLITE_CORRUPT": "it is damaged: restore it from a copy",
    "SQLITE_NOTADB": "it holds no run, or is damaged",
}
"""By the code, or by its first two words, as of SQLITE_IOERR_WRITE."""


def describe_problem(error: sqlite3.Error) -> str:
    """Return a sentence and SQLite's code: never what the file holds."""
    code: str = getattr(error, "sqlite_errorname", type(error).__name__)
    sentence = _SENTENCES.get("_".join(code.split("_")[:2]))
    return f"{sentence} ({code})" if sentence else code
