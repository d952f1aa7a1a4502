"""Rows of import files, by the rules of Amazon's guide."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import NewPoolUser
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.moves.import_rows import MAX_ROW
from unit.move_world import HEADER, import_rows


USER = NewPoolUser(
    "emma",
    {
        "email": "emma@hartfield.example",
        "email_verified": "true",
        "name": "Emma Woodhouse",
        LEGACY_UID: "1815",
    },
)


def _with(**attributes: str) -> NewPoolUser:
    return attrs.evolve(USER, attributes={**USER.attributes, **attributes})


def test_a_row_has_a_value_for_each_column_of_the_header() -> None:
    rows = import_rows()

    assert rows.first_row() == ",".join(HEADER)
    assert rows.row(USER) == (
        "emma,Emma Woodhouse,,,,emma@hartfield.example,true,,,false,false,1815,,,"
    )


def test_a_pool_that_requires_a_second_factor_says_so_in_each_row() -> None:
    cells = import_rows(mfa="ON").row(USER).split(",")

    assert cells[HEADER.index("cognito:mfa_enabled")] == "true"


def test_a_comma_in_a_value_stands_behind_a_backslash() -> None:
    assert r",Woodhouse\, Emma," in import_rows().row(_with(name="Woodhouse, Emma"))


def test_a_date_of_birth_is_written_as_an_import_reads_it() -> None:
    assert ",03/01/1793," in import_rows().row(_with(birthdate="1793-03-01"))


def test_a_name_is_written_without_white_space_around_it() -> None:
    assert ",Emma," in import_rows().row(_with(name="  Emma\u00a0"))


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": "Emma\nWoodhouse"},
        {"name": "Emma\rWoodhouse"},
        {"name": "Emma\x00"},
        {"name": "Emma\u2028Woodhouse"},
        {"name": 'Emma "E" Woodhouse'},
        {"name": "Emma\\"},
        {LEGACY_UID: " 1815"},
        {"preferred_username": "emma "},
    ],
)
def test_a_value_that_no_row_can_hold_refuses_the_user(attributes: dict[str, str]) -> None:
    rows = import_rows()

    assert rows.refusal(_with(**attributes)) == "value_not_in_csv"
    with pytest.raises(ValueError, match="no row"):
        rows.row(_with(**attributes))


@pytest.mark.parametrize("value", [" 1815", "1815 ", " ", "|1815 ", " |"])
@pytest.mark.parametrize("place", ["username", "password_hash", "first", "last"])
def test_white_space_around_a_value_refuses_the_user_wherever_it_stands(
    value: str, place: str
) -> None:
    rows = import_rows(hash_column="custom:short")
    first = {"preferred_username": value, **USER.attributes}
    users = {
        "username": attrs.evolve(USER, username=value),
        "password_hash": attrs.evolve(USER, password_hash=value),
        "first": attrs.evolve(USER, attributes=first),
        "last": _with(preferred_username=value),
    }

    assert rows.refusal(users[place]) == "value_not_in_csv"


def test_an_attribute_without_a_column_refuses_the_user() -> None:
    assert import_rows().refusal(_with(website="https://a.example")) == "attribute_not_in_pool"


@pytest.mark.parametrize("character", ["x", ",", "\U0001f600"])
def test_a_row_has_at_most_16000_characters_escapes_and_pairs_counted(character: str) -> None:
    rows = import_rows()
    width = 1 if character == "x" else 2
    fixed = len(rows.row(_with(name="")))
    fits = (MAX_ROW - fixed) // width

    assert rows.refusal(_with(name=character * fits)) is None
    assert rows.refusal(_with(name=character * (fits + 1))) == "import_row_too_long"


@pytest.mark.parametrize(
    ("auto_verified", "attributes", "reason"),
    [
        ({"email"}, {}, None),
        ({"email"}, {"email_verified": "false"}, "email_not_verified"),
        ({"phone_number"}, {}, "phone_not_verified"),
        (
            {"phone_number"},
            {"phone_number": "+441483000000", "phone_number_verified": "true"},
            None,
        ),
        ({"email", "phone_number"}, {}, None),
        ({"email", "phone_number"}, {"email_verified": "false"}, "email_not_verified"),
    ],
)
def test_a_user_needs_a_verified_attribute_of_those_that_the_pool_verifies(
    auto_verified: set[str], attributes: dict[str, str], reason: str | None
) -> None:
    rows = import_rows(auto_verified=frozenset(auto_verified))

    assert rows.refusal(_with(**attributes)) == reason


def test_a_hash_stands_in_its_column_and_nowhere_else() -> None:
    hashed = attrs.evolve(USER, password_hash="$2b$10$hash")

    assert "$2b$" not in import_rows().row(hashed)
    with_column = import_rows(header=(*HEADER, "password_hash"), hash_column="password_hash")
    assert with_column.row(hashed).endswith(",$2b$10$hash")
    assert with_column.row(USER).endswith(",")


@pytest.mark.parametrize(
    "wrong",
    [
        {"header": HEADER[1:]},
        {"header": (*HEADER, "name")},
        {"header": (*HEADER, "custom:a,b")},
        {"hash_column": "password_hash"},
        {"auto_verified": frozenset()},
    ],
)
def test_a_pool_that_could_not_import_ends_planning(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        import_rows(**wrong)


def _read(row: str) -> list[str]:
    """The values of a row, as Amazon's guide says that they are read."""
    cells, value = [], ""
    characters = iter(row)
    for each in characters:
        if each == "\\":
            value += next(characters)
        elif each == ",":
            cells.append(value)
            value = ""
        else:
            value += each
    return [*cells, value]


@given(name=st.text(max_size=40), nickname=st.text(max_size=40))
def test_what_a_row_holds_is_read_as_it_was_planned(name: str, nickname: str) -> None:
    rows = import_rows()
    user = _with(name=name, nickname=nickname)
    if rows.refusal(user) is not None:
        return

    cells = dict(zip(HEADER, _read(rows.row(user)), strict=True))
    assert cells["name"] == name.strip()
    assert cells["nickname"] == nickname.strip()
    assert "\n" not in rows.row(user)
    rows.row(user).encode()
