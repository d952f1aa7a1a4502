"""``AUTHCORE_SOURCE_*``: where ``authcore move`` reads users from."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, get_args

import attrs

from authcore.domain.model.carried_attributes import is_carried
from authcore.domain.model.pools import USER_POOL_ID_SENTENCE, is_user_pool_id
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import integer, matching, one_of, satisfying, seconds, words
from authcore.settings.reader import Check, Parser, setting
from authcore.settings.secret_references import SecretReference


SourceKind = Literal["legacy", "sql", "file", "pool"]

MAX_QUERY_LENGTH: Final = 65_536
"""Characters."""

FILE_ENDS: Final = (".csv", ".jsonl", ".ndjson")

_NEEDED: Final[Mapping[SourceKind, tuple[str, ...]]] = {
    "legacy": ("AUTHCORE_LEGACY_URL", "AUTHCORE_LEGACY_API_KEY"),
    "sql": ("AUTHCORE_SOURCE_SQL_URL", "AUTHCORE_SOURCE_SQL_QUERY"),
    "file": ("AUTHCORE_SOURCE_FILE",),
    "pool": ("AUTHCORE_OLD_POOL_USER_POOL_ID",),
}

database_url: Parser[str] = matching(
    re.compile(r"(?:sqlite|postgresql)(?:\+[a-z]{1,16})?://[!-~]{1,1000}"),
    "must be sqlite:////path of a file, or postgresql+psycopg://user:password@host/database",
)
query_text: Parser[str] = satisfying(
    lambda text: bool(text.strip()) and len(text) <= MAX_QUERY_LENGTH and "\0" not in text,
    f"must be a query of at most {MAX_QUERY_LENGTH} characters",
)
source_file: Parser[str] = satisfying(
    lambda text: text.endswith(FILE_ENDS) and len(text) <= 4_096 and "\0" not in text,
    f"must be the path of a file whose name ends with {', '.join(FILE_ENDS)}",
)


def carried_attributes(text: str) -> tuple[str, ...]:
    """Parse names of attributes that a source may carry, each once."""
    found = words(text)
    if not all(map(is_carried, found)) or len({*found}) < len(found):
        raise ValueError(
            "must be standard attributes of a pool or custom ones, each once, and none that "
            "authcore or Cognito writes itself"
        )
    return found


def _lacks(kind: SourceKind, *given: object) -> str | None:
    """Say what the *kind* needs and is not *given*, in the order of ``_NEEDED``."""
    names = [name for named in _NEEDED.values() for name in named]
    missing = [n for n, each in zip(names, given, strict=True) if not each and n in _NEEDED[kind]]
    if not missing:
        return None
    return f"{' and '.join(missing)} must be set: AUTHCORE_SOURCE_KIND is {kind}"


SOURCE_IS_NAMED: Final = Check(
    (
        "source.kind",
        "legacy.url",
        "legacy.api_key",
        "source.sql_url",
        "source.sql_query",
        "source.file",
        "old_pool.user_pool_id",
    ),
    _lacks,
)
"""A check for every class that has these groups."""


@attrs.frozen(kw_only=True, eq=False)
class OldPoolListSettings:
    """The pool that users come from, for commands that only list it."""

    user_pool_id: str | None = setting(
        satisfying(is_user_pool_id, USER_POOL_ID_SENTENCE),
        "pool id",
        "user pool that users come from",
        default=None,
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the old pool's API, if it is not Amazon's", default=None
    )


@attrs.frozen(kw_only=True, eq=False)
class SourceSettings:
    """The users to move."""

    kind: SourceKind = setting(
        one_of(*get_args(SourceKind)),
        "legacy, sql, file or pool",
        "where users are read from: the legacy HTTP API, a query, a file, or the pool of "
        "`AUTHCORE_OLD_POOL_USER_POOL_ID`",
        default="legacy",
    )
    sql_url: str | SecretReference[str] | None = setting(
        database_url,
        "URL",
        "database of `sql`: `sqlite:////path` or `postgresql+psycopg://…`; a user who may only "
        "read is enough",
        default=None,
        reread=True,
    )
    sql_query: str | SecretReference[str] | None = setting(
        query_text,
        "text",
        "query of `sql`; see [sources](sources.md) for its columns",
        default=None,
        reread=True,
    )
    sql_timeout: timedelta = setting(
        seconds(1, 3600),
        "seconds, 1-3600",
        "time of one statement and of one fetch; the first one may sort all rows",
        default=timedelta(seconds=120),
    )
    file: str | None = setting(
        source_file, "path", "file of `file`: CSV with a header, or JSON lines", default=None
    )
    attributes: tuple[str, ...] = setting(
        carried_attributes,
        "list of attributes",
        "what users of `pool` keep beside name, address and password; a query and a file have a "
        "column for each",
        default=("name", "given_name", "family_name", "phone_number"),
    )
    pages_per_second: int | None = setting(
        integer(1, 1000),
        "whole number, 1-1000",
        "pages a second of `legacy` and `pool` at most; default: 20 of `legacy`, and two thirds of "
        "Cognito's list quota of `pool`",
        default=None,
    )
