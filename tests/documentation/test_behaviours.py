"""The local Cognito's column of the table in docs/local-cognito.md."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from behaviours.checks import CHECKS, Check
from behaviours.pools import Emulator, LocalCognitoHere, Pool, Wanted
from behaviours.table import YES, holds, read_table, table_of


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: re.sub(r"\W+", "-", check.says))
def test_the_local_cognito_does_as_amazon_documents(check: Check) -> None:
    with LocalCognitoHere().pool(check.wanted) as pool:
        check.run(pool)


def test_the_table_has_each_check_with_our_tick() -> None:
    rows = [line.split(" | ") for line in read_table().splitlines()[2:-1]]
    assert [row[0].removeprefix("| ") for row in rows] == [check.says for check in CHECKS]
    assert all(row[1] == YES for row in rows)


class Lax(Emulator):
    """Accepts everything, as an emulator would that checks nothing."""

    name = "lax"

    @contextmanager
    def pool(self, wanted: Wanted) -> Iterator[Pool]:
        client: Any = type("Client", (), {"__getattr__": lambda *_: lambda **__: {}})()
        yield Pool(client=client, url="", pool_id="", client_id="", secret=None, keys_url="")


def test_no_check_holds_by_itself() -> None:
    found = [holds(check, Lax()) for check in CHECKS]
    assert not any(found)
    assert f"| of {len(CHECKS)} | 0 |" in table_of({"lax": found})
