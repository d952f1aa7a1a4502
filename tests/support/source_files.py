"""What sources hold, as rows of a table, lines of a CSV file and JSON lines."""

import csv
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from authcore.domain.model.accounts import LegacyAccount


COLUMNS: Final = (
    "legacy_uid",
    "username",
    "email",
    "email_verified",
    "locked",
    "display_name",
    "cognito_id",
)
QUERY: Final = f"SELECT {', '.join(COLUMNS)} FROM users"


def row(account: LegacyAccount) -> tuple[str | bool | None, ...]:
    return (
        account.legacy_uid,
        account.username,
        account.email,
        account.email_verified,
        account.locked,
        account.display_name,
        account.cognito_id,
    )


def write_csv(path: Path, accounts: Iterable[LegacyAccount]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(map(row, accounts))
    return path


def write_json_lines(path: Path, accounts: Iterable[LegacyAccount]) -> Path:
    lines = (json.dumps(dict(zip(COLUMNS, row(each), strict=True))) for each in accounts)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_sqlite(path: Path, accounts: Iterable[LegacyAccount], ids: str = "text") -> Path:
    connection = sqlite3.connect(path)
    try:
        connection.execute(
            f"CREATE TABLE users (legacy_uid {ids}, username text, email text, "
            "email_verified int, locked int, display_name text, cognito_id text)"
        )
        insert(connection, map(row, accounts))
    finally:
        connection.close()
    return path


def insert(connection: sqlite3.Connection, rows: Iterable[Sequence[object]]) -> None:
    connection.executemany("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
