r"""
The CSV file of an import job.

Rules of Amazon's guide: UTF-8 without byte order mark; every column of GetCSVHeader, in any order;
no quotation marks around values, and a backslash before a comma that belongs to one; white space
around values does not count; birthdates are ``mm/dd/yyyy``.  Where the guide is silent this pool
takes the stricter reading: a row with another number of values, or a value that begins with a
quotation mark, makes the whole file malformed.

See: Amazon Cognito developer guide, "Creating the user import CSV file".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.attributes import for_new_user
from authcore_local.cognito.user_pool.users import is_username


MAX_FILE_BYTES: Final = 100 * 1024 * 1024
MAX_ROWS: Final = 500_000
MAX_ROW_LENGTH: Final = 16_000
"""In characters."""

USERNAME: Final = "cognito:username"
MFA_ENABLED: Final = "cognito:mfa_enabled"

_ORDER: Final = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
)
_COMMA: Final = re.compile(r"(?<!\\),")
_BIRTHDATE: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_BYTE_ORDER_MARK: Final = "\ufeff"


class MalformedFileError(Exception):
    """The file cannot be parsed: no user of it is imported."""


@attrs.frozen
class ImportRow:
    """
    One user of a file.

    Attributes:
        line: In the file; the header is line 1.
        values: By column; white space is gone.
    """

    line: int
    values: Mapping[str, str] = attrs.field(repr=False)

    @property
    def username(self) -> str:
        """The user's name, or an empty text."""
        return self.values[USERNAME]


def columns(config: PoolConfig) -> list[str]:
    """Return the columns of GetCSVHeader, in its order."""
    custom = [attribute.name for attribute in config.custom_attributes]
    hashes = [] if config.import_hash_column is None else [config.import_hash_column]
    return [*_ORDER, *custom, MFA_ENABLED, *hashes, USERNAME]


def read_rows(config: PoolConfig, body: bytes) -> list[ImportRow]:
    """
    Return the users of the file *body*.

    Raises:
        MalformedFileError: With the reason.
    """
    lines = _lines(body)
    header = _values(lines[0]) if lines else []
    if sorted(header) != sorted(columns(config)):
        raise MalformedFileError("The header in the CSV file does not match the expected headers.")
    if len(lines) - 1 > MAX_ROWS:
        raise MalformedFileError("The CSV file has too many rows.")
    return list(_rows(header, lines[1:]))


def _lines(body: bytes) -> list[str]:
    if len(body) > MAX_FILE_BYTES:
        raise MalformedFileError("The CSV file is too large.")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise MalformedFileError("The CSV file is not UTF-8.") from None
    if text.startswith(_BYTE_ORDER_MARK):
        raise MalformedFileError("The CSV file begins with a byte order mark.")
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _rows(header: Sequence[str], lines: Sequence[str]) -> Iterator[ImportRow]:
    for number, line in enumerate(lines, start=2):
        values = _values(line)
        if len(line) > MAX_ROW_LENGTH:
            raise MalformedFileError(f"Line Number {number} is too long.")
        if len(values) != len(header) or any(value.startswith('"') for value in values):
            raise MalformedFileError(f"Line Number {number} cannot be parsed.")
        yield ImportRow(number, dict(zip(header, values, strict=True)))


def _values(line: str) -> list[str]:
    return [value.replace("\\,", ",").strip() for value in _COMMA.split(line)]


def import_attributes(config: PoolConfig, row: ImportRow) -> dict[str, str]:
    """
    Return the attributes of the user whom *row* describes.

    Raises:
        CognitoError: The row is refused; its message is that of the log.
    """
    own = {MFA_ENABLED, USERNAME, config.import_hash_column}
    given = {name: value for name, value in row.values.items() if name not in own and value}
    if not is_username(row.username):
        raise _refusal("The User Record does not have a valid username.")
    _check_mfa(config, row.values[MFA_ENABLED])
    if not any(given.get(f"{name}_verified") == "true" for name in config.auto_verified):
        raise _refusal(
            "The User Record does not set any of the auto verified attributes to true."
            " (Example: email_verified to true)."
        )
    for name in ("email", "phone_number"):
        if given.get(f"{name}_verified") == "true" and name not in given:
            raise _refusal(f"The User Record does not have a value for {name}.")
    return for_new_user(config, {**given, **_birthdate(given)})


def _check_mfa(config: PoolConfig, value: str) -> None:
    allowed = {"ON": {"true"}, "OFF": {"false"}, "OPTIONAL": {"true", "false"}}[config.mfa]
    if value not in allowed:
        raise _refusal(f"The User Record does not have a valid value for {MFA_ENABLED}.")


def _birthdate(given: Mapping[str, str]) -> dict[str, str]:
    if "birthdate" not in given:
        return {}
    shape = _BIRTHDATE.fullmatch(given["birthdate"])
    if shape is None:
        raise _refusal("The User Record does not have a valid value for birthdate.")
    month, day, year = shape.groups()
    return {"birthdate": f"{year}-{month}-{day}"}


def _refusal(message: str) -> CognitoError:
    return CognitoError("InvalidParameterException", message)
