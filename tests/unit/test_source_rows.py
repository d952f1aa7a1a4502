"""Rows of sources: what is a user, and what is refused without being shown."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import pytest

from authcore.adapters.sources.row_reader import RowReader
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.moves import SourceUser, UnreadableRow


COLUMNS: Final = ("legacy_uid", "username", "email", "email_verified", "locked")
JANE: Final = {
    "legacy_uid": "42",
    "username": "jane",
    "email": "jane@example.org",
    "email_verified": True,
    "locked": False,
}


def read(**changes: Any) -> SourceUser | UnreadableRow:
    given = {**JANE, **{name.replace("__", ":"): value for name, value in changes.items()}}
    reader = RowReader(tuple(given), source="AUTHCORE_SOURCE_FILE", place="row")
    return reader.read(tuple(given.values()), 7)


def user(**changes: Any) -> SourceUser:
    found = read(**changes)
    assert isinstance(found, SourceUser), found
    return found


def test_a_row_becomes_a_user() -> None:
    found = user(display_name="Jane", cognito_id="a-b", password_hash="$2b$12$x")

    assert found == SourceUser(
        LegacyAccount(
            "42",
            "jane",
            "jane@example.org",
            email_verified=True,
            display_name="Jane",
            cognito_id="a-b",
        ),
        password_hash="$2b$12$x",
    )


def test_columns_may_stand_in_any_order() -> None:
    reader = RowReader(COLUMNS[::-1], source="AUTHCORE_SOURCE_FILE", place="row")

    found = reader.read((False, True, "jane@example.org", "jane", 42), 1)

    assert found == user()


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_value_of_an_optional_column_is_none(value: str | None) -> None:
    found = user(display_name=value, cognito_id=value, password_hash=value, locale=value)

    assert found == user()


@pytest.mark.parametrize("value", [True, 1, "1", "t", "T", "true", "True", "TRUE"])
def test_what_says_yes_is_a_flag_that_is_set(value: object) -> None:
    found = user(email_verified=value, locked=value).account

    assert (found.email_verified, found.locked) == (True, True)


@pytest.mark.parametrize("value", [False, 0, "0", "f", "F", "false", "False", "FALSE"])
def test_what_says_no_is_a_flag_that_is_not_set(value: object) -> None:
    found = user(email_verified=value, locked=value).account

    assert (found.email_verified, found.locked) == (False, False)


@pytest.mark.parametrize("column", ["email_verified", "locked"])
@pytest.mark.parametrize(
    "value", [None, "", "yes", "no", "on", " true", "2", 2, -1, 1.0, 0.0, b"1", "\uff54rue", [], {}]
)
def test_anything_else_is_no_flag(column: str, value: object) -> None:
    assert read(**{column: value}) == UnreadableRow("row 7", "row_flag_unusable")


@pytest.mark.parametrize("email", [None, ""])
@pytest.mark.parametrize("verified", [None, True, "true"])
def test_without_an_address_nothing_is_verified(email: str | None, verified: object) -> None:
    found = user(email=email, email_verified=verified).account

    assert (found.email, found.email_verified) == (None, False)


@pytest.mark.parametrize(
    ("value", "uid"),
    [
        ("x" * 64, "x" * 64),
        (0, "0"),
        (-1, "-1"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("ä b", "ä b"),
    ],
)
def test_an_id_is_a_text_a_whole_number_or_a_uuid(value: object, uid: str) -> None:
    assert user(legacy_uid=value).account.legacy_uid == uid


@pytest.mark.parametrize(
    "value", ["x" * 65, 10**64, "a\0b", "a\nb", "\ud800", 1.0, b"1", True, [1], date(2026, 1, 1)]
)
def test_anything_else_is_no_id(value: object) -> None:
    assert read(legacy_uid=value) == UnreadableRow("row 7", "row_id_unusable")


@pytest.mark.parametrize("value", [None, ""])
def test_a_row_without_an_id_is_named_as_such(value: object) -> None:
    assert read(legacy_uid=value) == UnreadableRow("row 7", "row_without_id")


@pytest.mark.parametrize(
    "value", [None, "", 42, b"jane", "x" * 129, "a\0", "a\x1f", "a\x7f", "a\x85", "\udc80", []]
)
def test_a_user_name_is_1_to_128_readable_characters(value: object) -> None:
    assert read(username=value) == UnreadableRow("row 7", "row_text_unusable")


@pytest.mark.parametrize("value", ["x" * 128, " ", "👩\u200d🚀", "a\u00adb", "\ue000"])
def test_a_user_name_may_have_any_readable_character(value: str) -> None:
    assert user(username=value).account.username == value


@pytest.mark.parametrize(
    "value",
    ["jane", "@", "a@b@c", "a b@c", "a@b\n", "a@\0", f"{'x' * 250}@b.de", 7, b"a@b", "\ud800@b"],
)
def test_an_address_has_one_at_and_no_blank(value: object) -> None:
    assert read(email=value) == UnreadableRow("row 7", "row_email_unusable")


@pytest.mark.parametrize("column", ["display_name", "cognito_id", "locale", "custom__tenant"])
@pytest.mark.parametrize("value", [b"x", "a\nb", "\ud800", "x" * 2049, 1.5, [], {}])
def test_other_texts_are_readable_and_not_too_long(column: str, value: object) -> None:
    assert read(**{column: value}) == UnreadableRow("row 7", "row_text_unusable")


@pytest.mark.parametrize("value", ["$2b $12", "$2b\n", "ä", "x" * 1025, b"$2b", 7])
def test_a_hash_is_one_word_of_ascii(value: object) -> None:
    assert read(password_hash=value) == UnreadableRow("row 7", "row_text_unusable")


@pytest.mark.parametrize(
    ("value", "text"),
    [("x" * 2048, "x" * 2048), (7, "7"), (True, "true"), (date(1775, 12, 16), "1775-12-16")],
)
def test_an_attribute_is_carried_as_text(value: object, text: str) -> None:
    found = user(birthdate=value, custom__tenant=value)

    assert found.attributes == {"birthdate": text, "custom:tenant": text}


def test_a_moment_is_no_date() -> None:
    assert isinstance(read(birthdate=datetime(1775, 12, 16)), UnreadableRow)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("number", "verified", "carried"),
    [
        ("+44", "t", {"phone_number": "+44", "phone_number_verified": "true"}),
        ("+44", False, {"phone_number": "+44"}),
        (None, True, {}),
        ("", None, {}),
    ],
)
def test_a_number_is_carried_as_verified_only_where_it_is(
    number: str | None, verified: object, carried: dict[str, str]
) -> None:
    assert user(phone_number=number, phone_number_verified=verified).attributes == carried


def test_a_number_of_which_nothing_certain_is_said_is_refused() -> None:
    found = read(phone_number="+44", phone_number_verified="perhaps")

    assert found == UnreadableRow("row 7", "row_flag_unusable")


@pytest.mark.parametrize("missing", COLUMNS)
def test_a_missing_column_is_named(missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"SOURCE_FILE: there is no column {missing}"):
        RowReader([n for n in COLUMNS if n != missing], source="AUTHCORE_SOURCE_FILE", place="row")


@pytest.mark.parametrize(
    "strange",
    ["lockd", "Locked", "sub", "updated_at", "custom:legacy_uid", "custom:legacy_linked", "custom:",
     f"custom:{'x' * 21}", "identities", "", "custom:a b"],
)  # fmt: skip
def test_a_column_that_may_be_a_misspelt_one_is_refused(strange: str) -> None:
    with pytest.raises(ConfigurationError, match="knows no column"):
        RowReader([*COLUMNS, strange], source="AUTHCORE_SOURCE_FILE", place="row")


def test_an_unknown_column_is_shown_short_and_printable() -> None:
    with pytest.raises(ConfigurationError) as caught:
        RowReader([*COLUMNS, "\x1b[31m" + "x" * 99], source="AUTHCORE_SOURCE_FILE", place="row")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    "columns", [[*COLUMNS, "locked"], [*COLUMNS, *(f"custom:{number}" for number in range(60))]]
)
def test_a_column_is_there_once_and_there_are_not_too_many(columns: Sequence[str]) -> None:
    with pytest.raises(ConfigurationError):
        RowReader(columns, source="AUTHCORE_SOURCE_FILE", place="row")


def test_no_refusal_shows_what_stands_in_the_row() -> None:
    for column in JANE:
        found = read(**{column: "canary\n"})
        assert isinstance(found, UnreadableRow)
        assert "canary" not in repr(found)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"locked": "perhaps"}, ("42", "jane", "jane@example.org", True)),
        ({"locked": None, "email_verified": False}, ("42", "jane", "jane@example.org", False)),
        ({"email_verified": "perhaps"}, ("42", "jane", "jane@example.org", True)),
        ({"username": None}, ("42", "", "jane@example.org", True)),
        ({"email": "jane"}, ("42", "jane", None, False)),
        ({"display_name": 1.5}, ("42", "jane", "jane@example.org", True)),
    ],
)
def test_a_row_that_is_no_user_tells_what_no_other_row_may_have(
    changes: dict[str, object], told: tuple[object, ...]
) -> None:
    found = read(**changes)

    assert isinstance(found, UnreadableRow)
    assert found.account is not None
    account = found.account
    assert (*(account.legacy_uid, account.username, account.email, account.email_verified),) == told
    assert account.locked


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"preferred_username": "jj", "birthdate": "1775-12-16"}, {"preferred_username": "jj"}),
        ({"preferred_username": "x" * 2049}, {}),
        ({"phone_number": "+44"}, {"phone_number": "+44"}),
        ({"phone_number": "+44", "phone_number_verified": "f"}, {"phone_number": "+44"}),
        (
            {"phone_number": "+44", "phone_number_verified": "perhaps"},
            {"phone_number": "+44", "phone_number_verified": "true"},
        ),
    ],
)
def test_a_row_that_is_no_user_tells_its_further_names(
    given: dict[str, object], told: dict[str, str]
) -> None:
    found = read(locked="perhaps", **given)

    assert isinstance(found, UnreadableRow)
    assert found.attributes == told
    assert "jj" not in repr(found)


@pytest.mark.parametrize("value", [None, "", 1.5, "x" * 65])
def test_a_row_without_a_usable_id_tells_nothing(value: object) -> None:
    found = read(legacy_uid=value)

    assert isinstance(found, UnreadableRow)
    assert found.account is None
