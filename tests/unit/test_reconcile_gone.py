"""Users who are gone meanwhile, or whose ``sub`` is an account's id."""

from unit.link_audit_world import World, subject


def test_a_user_who_is_gone_meanwhile_is_left_alone_on_both_sides() -> None:
    world = World(["a"], {"a": None})
    [finding] = world.findings()
    world.users._users.clear()
    before = world.state()

    mended = world.repair.repair(finding)

    assert (mended.subject, mended.legacy_uid) == (subject(1), "a")
    assert (mended.status, mended.reason) == ("refused", "account_not_found")
    assert world.state() == before
    assert [event.outcome for event in world.audit_log.events] == ["rejected"]


def test_a_user_who_was_made_anew_under_the_same_name_is_another_one() -> None:
    world = World(["a"], {"a": None})
    [finding] = world.findings()
    world.users._users.clear()
    world.users.add("user-1", {"custom:legacy_uid": "a"})

    assert world.repair.repair(finding).reason == "account_not_found"
    assert world.cognito_ids() == {"a": None}


def test_a_user_whose_sub_is_the_id_of_an_account_in_question_is_missing_all_the_same() -> None:
    world = World([subject(2), None], {subject(2): None})

    assert [(each.reason, [user.subject for user in each.users]) for each in world.findings()] == [
        ("legacy_lacks_cognito_id", [subject(1)]),
        ("missing", [subject(2)]),
    ]
