"""docs/sources.md names the columns that are read, and its query runs."""

import re
import sqlite3
from pathlib import Path
from typing import Final

from authcore.adapters.sources.row_reader import OPTIONAL, REQUIRED
from authcore.adapters.sources.sql import SqlUserSource
from authcore.adapters.sources.sql_connections import open_database
from support.gate import AMPLE


PAGE: Final = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")

TABLE: Final = """
CREATE TABLE accounts (id INTEGER PRIMARY KEY, login TEXT, mail TEXT, mail_checked_at TEXT,
  state TEXT, full_name TEXT, phone TEXT, tenant TEXT, deleted_at TEXT);
INSERT INTO accounts VALUES (1, 'jane', 'j@example.org', '2020', 'active', 'E', NULL, 'a', NULL);
INSERT INTO accounts VALUES (2, 'huck', 'h@example.org', NULL, 'locked', NULL, '+44', 'b', NULL);
INSERT INTO accounts VALUES (3, 'ahab', NULL, NULL, 'active', NULL, NULL, 'b', '2020');
"""


def test_the_table_of_columns_is_that_of_the_reader() -> None:
    section = PAGE.partition("## Columns")[2].partition("\n## ")[0]
    required = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    optional = re.findall(r"^\| `(\w+)` \(optional\) \|", section, re.MULTILINE)

    assert (tuple(required), tuple(optional)) == (REQUIRED, OPTIONAL)


def test_the_query_gives_users(tmp_path: Path) -> None:
    (query,) = re.findall(r"```text\n(SELECT.*?)```", PAGE, re.DOTALL)
    connection = sqlite3.connect(tmp_path / "users.db")
    connection.executescript(TABLE)
    connection.close()
    database = open_database(f"sqlite:///{tmp_path}/users.db", AMPLE)

    (page,) = SqlUserSource(database, query).pages()

    jane, huck = page.users
    assert page.unreadable == ()
    assert (jane.account.username, jane.account.email_verified) == ("jane", True)
    assert (huck.account.locked, huck.account.email_verified) == (True, False)
    assert huck.attributes == {"phone_number": "+44", "custom:tenant": "b"}
