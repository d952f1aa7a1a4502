"""The page of permissions says of every policy what it allows, where, and why."""

from deploy.policies import names, statements
from documentation.permissions import TITLES, WHERE, WHERE_OF_DOORS, WHY


def test_every_permission_has_a_reason_and_every_reason_a_permission() -> None:
    found = {
        (each.sid, action.partition(":")[2])
        for door in names()
        for each in statements(door)
        for action in each.actions
    }

    assert {(sid, action) for sid, reasons in WHY.items() for action in reasons} == found
    assert WHERE.keys() == WHY.keys()
    assert set(TITLES) == set(names())


def test_what_is_said_of_one_door_is_about_a_statement_of_its() -> None:
    for door, sid in WHERE_OF_DOORS:
        assert sid in {each.sid for each in statements(door)}
