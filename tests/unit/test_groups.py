"""Which groups and roles are enough, and which names no group can have."""

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.groups import Requirement, requirement, roles_of
from authcore.domain.model.user_mapping import UserMapping


@pytest.mark.parametrize(
    ("groups", "all_of", "any_of"),
    [
        ((), False, False),
        (("a",), False, True),
        (("b", "x"), False, True),
        (("a", "b"), True, True),
        (("A", "B"), False, False),
        (("ab",), False, False),
        (("a,b",), False, False),
        (("a b",), False, False),
    ],
)
def test_names_are_compared_character_by_character(
    groups: tuple[str, ...], all_of: bool, any_of: bool
) -> None:
    met = [
        requirement("a", "b", any_of=wanted).is_met_by(groups=groups, roles=())
        for wanted in (False, True)
    ]
    assert met == [all_of, any_of]


def test_a_role_is_no_group_and_a_group_is_no_role() -> None:
    group, role = requirement("editor"), requirement("editor", among="roles")

    assert group.is_met_by(groups=["editor"], roles=[])
    assert not group.is_met_by(groups=[], roles=["editor"])
    assert role.is_met_by(groups=[], roles=["editor"])
    assert not role.is_met_by(groups=["editor"], roles=[])


@pytest.mark.parametrize(
    "names", [(), ("",), ("two words",), ("a\n",), ("x" * 129,), tuple("abc") * 40, "editors", (7,)]
)
def test_a_requirement_that_every_user_or_no_user_would_meet_is_refused(names: object) -> None:
    with pytest.raises(ConfigurationError):
        Requirement(names=names)  # type: ignore[arg-type]


def test_a_requirement_names_itself_for_the_audit_log() -> None:
    assert str(requirement("a", "b", any_of=True)) == "groups any_of a b"
    assert str(requirement("writer", among="roles")) == "roles all_of writer"


def test_roles_follow_from_groups_each_once() -> None:
    roles = {"admins": ("admin", "editor"), "editors": ("editor",)}

    assert roles_of(["editors", "admins", "others"], roles) == ("admin", "editor")
    assert roles_of(["editors"], roles) == ("editor",)
    assert roles_of([], roles) == ()


def test_claims_are_copies_of_what_was_signed() -> None:
    signed = {"tier": "gold", "teams": [{"id": 1}], "email": "canary@example.com"}
    claims = UserMapping(claims=("tier", "teams", "absent")).claims_of(signed)

    assert claims == {"tier": "gold", "teams": [{"id": 1}]}
    claims["teams"][0]["id"] = 2  # type: ignore[index]
    assert signed["teams"] == [{"id": 1}]
