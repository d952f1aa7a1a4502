"""A repair fills what is empty, replaces nothing, and comes to rest."""

from datetime import timedelta

import pytest

from authcore.domain.errors import LegacyUnavailableError, ProviderUnavailableError
from authcore.domain.model.link_audit import AccountLink, Finding, RepairResult, UserLink
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from unit.link_audit_world import CANARY, PROOFS, SESSIONS, World, subject


def test_a_legacy_account_without_its_cognito_id_gets_it_and_keeps_its_access() -> None:
    world = World(["a"], {"a": None})

    assert world.mend_all() == [RepairResult(subject(1), "a", "mended", "ok")]
    assert world.cognito_ids() == {"a": subject(1)}
    assert world.legacy.rows["a"].unproven_access == SESSIONS


def test_a_user_without_the_legacy_uid_gets_it() -> None:
    world = World([None], {"a": 1})

    assert world.mend_all() == [RepairResult(subject(1), "a", "mended", "ok")]
    assert world.state()[0] == {subject(1): "a"}


def test_a_dry_run_writes_nothing_and_says_what_it_would() -> None:
    world = World([None, "b"], {"a": 1, "b": None})
    before = world.state()

    assert {each.status for each in world.mend_all(dry_run=True)} == {"would_mend"}
    assert world.state() == before
    assert world.audit_log.events == []


def test_what_somebody_else_mended_meanwhile_is_left_as_it_is() -> None:
    world = World([None], {"a": 1})
    (finding,) = world.findings()
    linked = {LEGACY_UID: "a", LEGACY_LINKED: PROOFS.prove_link(subject(1), "a")}
    world.users.set_attributes("user-1", linked)

    assert world.repair.repair(finding).status == "already_whole"


@pytest.mark.parametrize("named", ["b", "c"])
def test_a_user_who_was_linked_otherwise_meanwhile_is_left_alone(named: str) -> None:
    # AL-07: what is read right before the write decides, not what the audit saw.
    world = World([None], {"a": 1, "b": None})
    (finding,) = world.findings()
    world.users.set_attributes("user-1", {LEGACY_UID: named})

    assert world.repair.repair(finding) == RepairResult(
        subject(1), "a", "refused", "changed_meanwhile"
    )
    assert world.state()[0] == {subject(1): named}


def test_an_account_that_was_attached_to_another_meanwhile_is_left_alone() -> None:
    world = World(["a", None], {"a": None})
    finding = world.findings()[0]
    world.write("a", subject(2))

    assert world.repair.repair(finding) == RepairResult(subject(1), "a", "refused", "link_taken")
    assert world.cognito_ids() == {"a": subject(2)}


def test_a_user_who_is_attached_elsewhere_meanwhile_is_left_alone() -> None:
    world = World(["a"], {"a": None, "b": None})
    (finding,) = world.findings()
    world.write("b", subject(1))

    assert world.repair.repair(finding).reason == "changed_meanwhile"
    assert world.cognito_ids()["a"] is None


def test_a_link_that_was_taken_back_on_both_sides_meanwhile_is_not_made_again() -> None:
    world = World([None], {"a": 1})
    (finding,) = world.findings()
    world.write("a", None)

    assert world.repair.repair(finding).reason == "not_found_by_cognito_id"
    assert world.state() == ({subject(1): None}, {"a": None})


def test_an_account_that_is_listed_and_not_found_by_its_cognito_id_has_not_changed() -> None:
    world = World([None, "b"], {"a": 1, "b": None})
    world.steered.finds_nobody = True

    assert world.mend_all() == [
        RepairResult(subject(2), "b", "mended", "ok"),
        RepairResult(subject(1), "a", "refused", "not_found_by_cognito_id"),
    ]
    assert world.state()[0] == {subject(1): None, subject(2): "b"}


def test_a_user_who_names_nobody_any_more_has_changed() -> None:
    world = World(["a"], {"a": None})
    (finding,) = world.findings()
    world.users.set_attributes("user-1", {LEGACY_UID: ""})

    assert world.repair.repair(finding).reason == "changed_meanwhile"


def test_external_users_whom_the_pool_knows_by_no_sub_are_mended() -> None:
    world = World([], {"a": None, "b": 2}, externals=["a", None])

    assert {each.status for each in world.mend_all()} == {"mended"}
    assert world.state() == ({subject(1): "a", subject(2): "b"}, {"a": subject(1), "b": subject(2)})


def test_an_account_that_is_gone_meanwhile_is_not_attached() -> None:
    world = World(["a"], {"a": None})
    (finding,) = world.findings()
    del world.legacy.rows["a"]

    assert world.repair.repair(finding) == RepairResult(
        subject(1), "a", "refused", "account_not_found"
    )


def test_a_user_who_is_called_like_anothers_subject_is_not_taken_for_that_one() -> None:
    # AL-07: a name is what people choose; ``sub`` is what the pool gives.
    gone = subject(9)
    world = World([], {})
    world.write("a", gone)
    world.users.add(gone)
    finding = Finding(
        "cognito_lacks_legacy_uid", (UserLink(gone, None, gone),), (AccountLink("a", gone),)
    )

    assert world.repair.repair(finding) == RepairResult(gone, "a", "refused", "account_not_found")
    assert world.state()[0] == {subject(1): None}


def test_what_needs_a_person_cannot_be_mended() -> None:
    world = World(["a", "a"], {"a": None})

    with pytest.raises(ValueError, match="operator"):
        world.repair.repair(world.findings()[0])


def test_calls_keep_the_pace() -> None:
    world = World(["a", "b", "c"], {"a": None, "b": None, "c": None}, rate=10)
    began = world.clock.now()

    world.mend_all()

    # One page of users, one of accounts, three repairs: five turns.
    assert world.clock.now() - began == 4 * timedelta(milliseconds=100)


def test_a_throttled_repair_backs_off_and_goes_on() -> None:
    world = World(["a"], {"a": None})
    (finding,) = world.findings()
    world.steered.failures = 3

    assert world.repair.repair(finding).status == "mended"
    assert [each for each in world.pause.waited if each >= timedelta(seconds=1)] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
        timedelta(seconds=4),
    ]


@pytest.mark.parametrize(
    ("asked_for", "waited"),
    [(None, 1), (0, 1), (30, 30), (60, 60), (61, 60), (86_400, 60)],
)
def test_what_an_answer_asks_for_is_waited_but_no_more_than_a_minute(
    asked_for: int | None, waited: int
) -> None:
    world = World([], {})
    asked = None if asked_for is None else timedelta(seconds=asked_for)
    world.steered.stops_before[1] = LegacyUnavailableError("later", retry_after=asked)

    world.findings()

    assert timedelta(seconds=waited) in world.pause.waited
    assert max(world.pause.waited) == timedelta(seconds=waited)


def test_an_outage_is_given_up_after_seven_attempts() -> None:
    world = World(["a"], {"a": None})
    world.steered.failures = 100

    with pytest.raises(LegacyUnavailableError):
        world.findings()
    assert world.steered.calls == 7


def test_a_pool_that_is_down_is_an_outage_and_changes_nothing() -> None:
    world = World(["a"], {"a": None})
    (finding,) = world.findings()
    world.users.unavailable = True

    with pytest.raises(ProviderUnavailableError):
        world.repair.repair(finding)
    assert world.cognito_ids() == {"a": None}


def test_repairs_are_audited_with_ids_and_no_address() -> None:
    # AL-08
    world = World(["a", None], {"a": None, "b": 2})
    findings = world.findings()
    world.write("a", subject(9))

    for finding in findings:
        world.repair.repair(finding)

    assert [
        (each.action, each.outcome, each.reason, each.subject, each.legacy_uid)
        for each in world.audit_log.events
    ] == [
        ("links.repair", "rejected", "link_taken", subject(1), "a"),
        ("links.repair", "accepted", "ok", subject(2), "b"),
    ]
    assert CANARY not in repr((world.audit_log.events, findings))
