"""
Rows of a file that Cognito imports.

A row that Cognito could not read would end the whole job, so that it is refused when it is planned.
What Amazon's guide does not define (quotation marks and backslashes inside values) is refused, too.

See: Amazon Cognito "Importing users into user pools from a CSV file", "Formatting the CSV file".
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import NewPoolUser
from authcore.domain.model.pool_settings import PoolSettings
from authcore.domain.model.reasons.move_reasons import PlanReason


MAX_ROW: Final = 16_000
"""Characters of a row, as UTF-16 counts them, without the line feed."""

MAX_ROWS: Final = 500_000
"""Users of one file; the header does not count."""

MAX_BYTES: Final = 100_000_000
"""Of one file, header and line feeds counted."""

USERNAME: Final = "cognito:username"
MFA: Final = "cognito:mfa_enabled"

_NOT_IN_CSV: Final = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029"\\\\]')
_SURELY_FITS: Final = MAX_ROW // 4
"""Characters of all values that fit into a row with all escapes, pairs and commas."""

_TRIMMED: Final = frozenset(
    {"name", "given_name", "family_name", "middle_name", "nickname", "address", "profile"}
)
"""
Attributes that are written without white space around them, as Cognito would store them anyway.

In any other value it may matter, so that such a user is refused.
"""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ImportRows:
    """
    Writes rows for one pool.

    Args:
        header: Columns in order, as GetCSVHeader names them.

        auto_verified: See PoolSettings; a user needs one of them verified.

        is_mfa_required: Whether the pool requires a second factor.

        hash_column: Column for password hashes; None, the default, for a file without.

    Raises:
        ConfigurationError: The header lacks a column, or the pool verifies nothing by itself, so
            that no job would start.
    """

    header: tuple[str, ...]
    auto_verified: frozenset[str]
    is_mfa_required: bool
    hash_column: str | None = None
    flags: tuple[str, ...] = attrs.field(init=False)
    columns: Mapping[str, int] = attrs.field(init=False)
    blank: tuple[str, ...] = attrs.field(init=False)

    @flags.default
    def _name_flags(self) -> tuple[str, ...]:
        return tuple(sorted(f"{each}_verified" for each in self.auto_verified))

    @columns.default
    def _number_columns(self) -> Mapping[str, int]:
        return {name: position for position, name in enumerate(self.header)}

    @blank.default
    def _blank_row(self) -> tuple[str, ...]:
        fixed = {
            MFA: "true" if self.is_mfa_required else "false",
            "email_verified": "false",
            "phone_number_verified": "false",
        }
        return tuple(fixed.get(name, "") for name in self.header)

    def __attrs_post_init__(self) -> None:
        problems = [*self._header_problems()]
        if not self.auto_verified:
            problems.append(
                "the pool verifies neither addresses nor telephone numbers by itself, so that "
                "Cognito starts no import: set AutoVerifiedAttributes, or AUTHCORE_MOVE_TARGET to "
                "create"
            )
        if problems:
            raise ConfigurationError(problems)

    @classmethod
    def of(
        cls, header: Iterable[str], pool: PoolSettings, *, hash_column: str | None = None
    ) -> "ImportRows":
        """
        Write rows for *pool*.

        Raises:
            ConfigurationError: See the class.
        """
        return cls(
            header=tuple(header),
            auto_verified=pool.auto_verified,
            is_mfa_required=pool.mfa == "ON",
            hash_column=hash_column,
        )

    def first_row(self) -> str:
        """Return the header as a row, without a line feed."""
        return ",".join(self.header)

    def refusal(self, user: NewPoolUser) -> PlanReason | None:
        """Return the reason code why no row can import *user*; None if one can."""
        attributes = user.attributes
        if "true" not in map(attributes.get, self.flags):
            only_phone = "email_verified" not in self.flags
            return "phone_not_verified" if only_phone else "email_not_verified"
        if not attributes.keys() <= self.columns.keys():
            return "attribute_not_in_pool"
        if _is_plain(user):
            return None
        cells = self._cells(user)
        if cells is None:
            return "value_not_in_csv"
        return "import_row_too_long" if _is_too_long(",".join(cells)) else None

    def row(self, user: NewPoolUser) -> str:
        """
        Return the row of *user*, without a line feed.

        Raises:
            ValueError: ``refusal`` says why not.
        """
        cells = self._cells(user)
        if cells is None:
            raise ValueError("the user has a value that no row can hold")
        return ",".join(cells)

    def _cells(self, user: NewPoolUser) -> list[str] | None:
        cells = [*self.blank]
        columns, is_plain = self.columns, _is_plain(user)
        values = [(USERNAME, user.username), *user.attributes.items()]
        if self.hash_column is not None and user.password_hash is not None:
            values.append((self.hash_column, user.password_hash))
        for name, value in values:
            stands = is_plain and "," not in value and name != "birthdate"
            cell = value if stands else _cell(name, value)
            if cell is None:
                return None
            cells[columns[name]] = cell
        return cells

    def _header_problems(self) -> Iterable[str]:
        if len(self.columns) < len(self.header):
            yield "GetCSVHeader named a column twice"
        if any(_NOT_IN_CSV.search(name) or "," in name for name in self.header):
            yield "GetCSVHeader named a column that no file can hold"
        if USERNAME not in self.columns:
            yield f"GetCSVHeader named no column {USERNAME}"
        if self.hash_column is not None and self.hash_column not in self.columns:
            yield (
                "AUTHCORE_MOVE_HASH_COLUMN is wrong: GetCSVHeader names no column "
                f"{self.hash_column}, so that this pool imports no password hashes"
            )


def _is_plain(user: NewPoolUser) -> bool:
    """
    Whether one look at all values shows that a row can hold them: of most users it does.

    The space is the only white space that ``isprintable`` lets pass.
    """
    together = "|".join(
        ("", user.username, *user.attributes.values(), user.password_hash or "", "")
    )
    return (
        len(together) < _SURELY_FITS
        and together.isprintable()
        and '"' not in together
        and "\\" not in together
        and "| " not in together
        and " |" not in together
    )


def _cell(name: str, value: str) -> str | None:
    """Return *value* as it stands in a row; None where none can hold it."""
    if _NOT_IN_CSV.search(value):
        return None
    text = value.strip()
    if text != value and name not in _TRIMMED:
        return None
    if name == "birthdate":
        year, month, day = text.split("-")
        return f"{month}/{day}/{year}"
    return text.replace(",", "\\,") if "," in text else text


def _is_too_long(row: str) -> bool:
    if row.isascii() or len(row) > MAX_ROW:
        return len(row) > MAX_ROW
    return len(row.encode("utf-16-le")) // 2 > MAX_ROW
