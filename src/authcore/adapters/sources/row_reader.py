"""
Rows of a table or a file as users.

A column has the name of a field below, or of an attribute of the pool that ``is_carried`` allows.
Any other column is refused, because it may be a misspelt one: ``lockd`` would let locked accounts
in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, Final, TypeVar
from uuid import UUID

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.carried_attributes import (
    MAX_ATTRIBUTE_LENGTH,
    MAX_ATTRIBUTES,
    PHONE,
    PHONE_VERIFIED,
    PREFERRED,
    is_carried,
)
from authcore.domain.model.emails import MAX_ADDRESS_LENGTH
from authcore.domain.model.moves import NO_ATTRIBUTES, SourceUser, UnreadableRow


REQUIRED: Final = ("legacy_uid", "username", "email", "email_verified", "locked")
OPTIONAL: Final = ("display_name", "cognito_id", "password_hash")

MAX_ID_LENGTH: Final = 64
MAX_USERNAME_LENGTH: Final = 128
MAX_HASH_LENGTH: Final = 1024

MAX_NAMED: Final = 5
"""Unknown columns that an error names."""

MAX_SHOWN: Final = 40
"""Characters of each."""

Value = TypeVar("Value")

_EMPTY: Final = (None, "")
_FLAGS: Final[Mapping[object, bool]] = {
    **dict.fromkeys((1, "1", "t", "T", "true", "True", "TRUE"), True),
    **dict.fromkeys((0, "0", "f", "F", "false", "False", "FALSE"), False),
}
_FLAG_TYPES: Final = frozenset({bool, int, str})
_ID_TYPES: Final = frozenset({int, str, UUID})
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_HASH: Final = re.compile(rf"[!-~]{{1,{MAX_HASH_LENGTH}}}")


class UnusableError(Exception):
    """
    A value is not what its column holds.

    Attributes:
        reason: Stable code.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class RowReader:
    """
    Reads rows of the same columns; everything about the columns is decided once.

    Args:
        columns: Names, in the order of the values.

        source: The variable that named the source, for errors.

        place: What a row is called, ``row`` or ``line``.

    Raises:
        ConfigurationError: A required column is missing, or another one unknown or twice there.
    """

    __slots__ = ("_attributes", "_fields", "_place", "_verified_phone", "columns")

    def __init__(self, columns: Sequence[str], *, source: str, place: str) -> None:
        if problems := column_problems(columns):
            raise ConfigurationError([f"{source}: {problem}" for problem in problems])
        at = {name: number for number, name in enumerate(columns)}
        self.columns = len(columns)
        self._place = place
        self._fields = itemgetter(*(at.get(name, -1) for name in (*REQUIRED, *OPTIONAL)))
        self._verified_phone = at.get(PHONE_VERIFIED)
        self._attributes = tuple((name, at[name]) for name in columns if is_carried(name))

    def read(self, row: Sequence[Any], number: int) -> SourceUser | UnreadableRow:
        """
        Return the user whom *row* describes, or where and why it describes none.

        Args:
            row: One value for each column.

            number: Of the row, for operators.
        """
        uid, username, email, verified, locked, name, subject, digest = self._fields((*row, None))
        try:
            account = LegacyAccount(
                _id(uid),
                _name(username),
                address := None if email in _EMPTY else _email(email),
                address is not None and _flag(verified),
                None if name in _EMPTY else _text(name, MAX_ATTRIBUTE_LENGTH),
                None if subject in _EMPTY else _text(subject, MAX_ID_LENGTH),
                _flag(locked),
            )
            attributes = self._read_attributes(row) if self._attributes else NO_ATTRIBUTES
            return SourceUser(account, attributes, None if digest in _EMPTY else _hash(digest))
        except UnusableError as error:
            refused = self.refuse(number, error.reason)
            told = tell_account(uid, username, email, verified)
            return attrs.evolve(refused, account=told, attributes=self._tell_names(row))

    def refuse(self, number: int, reason: str) -> UnreadableRow:
        """Return row *number* as none, for the *reason*."""
        return UnreadableRow(f"{self._place} {number}", reason)

    def _tell_names(self, row: Sequence[Any]) -> Mapping[str, str]:
        verified = {} if self._verified_phone is None else {PHONE_VERIFIED: self._verified_phone}
        return tell_names({name: row[at] for name, at in (*self._attributes, *verified.items())})

    def _read_attributes(self, row: Sequence[Any]) -> Mapping[str, str]:
        given = {
            name: _attribute(value)
            for name, at in self._attributes
            if (value := row[at]) not in _EMPTY
        }
        if PHONE in given and self._verified_phone is not None and _flag(row[self._verified_phone]):
            given[PHONE_VERIFIED] = "true"
        return given


def tell_account(
    uid: object, username: object, email: object, verified: object
) -> LegacyAccount | None:
    """
    Return what a row that is no user tells of an account; None where it does not tell the id.

    An address counts as verified unless the row says that it is not.
    """
    try:
        legacy_uid = _id(uid)
    except UnusableError:
        return None
    name, address = _try(_name, username), _try(_email, email)
    is_verified = address is not None and _try(_flag, verified) is not False
    return LegacyAccount(legacy_uid, name or "", address, is_verified, None, locked=True)


def tell_names(members: Mapping[str, object]) -> dict[str, str]:
    """
    Return which attributes a row that is no user tells, of those that only one user can have.

    A telephone number counts as verified as an address does, where the row has that column.
    """
    texts = {name: _try(_attribute, members.get(name)) for name in (PREFERRED, PHONE)}
    told = {name: text for name, text in texts.items() if text}
    is_verified = PHONE_VERIFIED in members and _try(_flag, members[PHONE_VERIFIED]) is not False
    return {**told, PHONE_VERIFIED: "true"} if PHONE in told and is_verified else told


def column_problems(columns: Sequence[str]) -> list[str]:
    """Say in sentences what is wrong with *columns*, as operators named them."""
    known = {*REQUIRED, *OPTIONAL, PHONE_VERIFIED}
    unknown = [name for name in columns if name not in known and not is_carried(name)]
    problems = [f"there is no column {name}" for name in REQUIRED if name not in columns]
    problems += [f"authcore knows no column {shown_name(name)}" for name in unknown[:MAX_NAMED]]
    if len({*columns}) < len(columns):
        problems.append("a column is there twice")
    if len(columns) > len(known) + MAX_ATTRIBUTES:
        problems.append(f"there are more than {MAX_ATTRIBUTES} attributes")
    return problems


def shown_name(name: str) -> str:
    """Return the *name* of a column for a terminal: 40 characters of ASCII at most."""
    return ascii(name[:MAX_SHOWN])


def _try(read: Callable[[object], Value], value: object) -> Value | None:
    try:
        return read(value)
    except UnusableError:
        return None


def _id(value: object) -> str:
    text = value if type(value) is str else str(value) if type(value) in _ID_TYPES else None
    if text and len(text) <= MAX_ID_LENGTH and _is_readable(text):
        return text
    raise UnusableError("row_without_id" if value in _EMPTY else "row_id_unusable")


def _text(value: object, longest: int) -> str:
    if isinstance(value, str) and 0 < len(value) <= longest and _is_readable(value):
        return value
    raise UnusableError("row_text_unusable")


def _name(value: object) -> str:
    return _text(value, MAX_USERNAME_LENGTH)


def _email(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_ADDRESS_LENGTH:
        raise UnusableError("row_email_unusable")
    if not _EMAIL.fullmatch(value) or not _is_readable(value):
        raise UnusableError("row_email_unusable")
    return value


def _flag(value: object) -> bool:
    """Read a flag; what is not certainly one of the two is refused, NULL included."""
    if type(value) in _FLAG_TYPES:
        known = _FLAGS.get(value)
        if known is not None:
            return known
    raise UnusableError("row_flag_unusable")


def _hash(value: object) -> str:
    if type(value) is not str or _HASH.fullmatch(value) is None:
        raise UnusableError("row_text_unusable")
    return value


def _attribute(value: object) -> str:
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    return _text(value.isoformat() if type(value) is date else value, MAX_ATTRIBUTE_LENGTH)


def _is_readable(text: str) -> bool:
    """Whether *text* has neither control characters nor lone surrogates."""
    return text.isprintable() or _UNREADABLE.search(text) is None
