"""A repair of any mix of links fills what is empty, replaces nothing, and comes to rest."""

from hypothesis import given
from hypothesis import strategies as st

from support.gate import examples
from unit.link_audit_world import World


UIDS = st.sampled_from("abcdefgh")
Mix = tuple[list[str | None], dict[str, int | None], int]
MIXES = st.tuples(
    st.lists(st.none() | UIDS, max_size=8),
    st.dictionaries(UIDS, st.none() | st.integers(1, 9), max_size=8),
    st.integers(0, 8),
)


def world_of(mix: Mix) -> World:
    """Of so many users of the pool's own; the others are external."""
    users, accounts, own = mix
    return World(users[:own], accounts, externals=users[own:])


@examples(300)
@given(MIXES)
def test_no_mix_of_broken_links_makes_a_repair_cross_or_duplicate_anybody(
    mix: Mix,
) -> None:
    # AL-07
    world = world_of(mix)
    users_before, accounts_before = world.state()

    world.mend_all()

    users, accounts = world.state()
    for own, before, now in (
        *((each, users_before[each], users[each]) for each in users),
        *((each, accounts_before[each], accounts[each]) for each in accounts),
    ):
        assert now == before or before is None, f"an id of {own} was replaced"
    for sub in users:
        if users[sub] != users_before[sub]:
            assert accounts[users[sub] or ""] == sub
            assert [*users.values()].count(users[sub]) == 1
    for uid in accounts:
        if accounts[uid] != accounts_before[uid]:
            assert users[accounts[uid] or ""] == uid
            assert [*accounts.values()].count(accounts[uid]) == 1


@examples(300)
@given(MIXES)
def test_a_repair_mends_all_it_can_at_once_and_a_second_one_does_nothing(
    mix: Mix,
) -> None:
    world = world_of(mix)
    before = world.findings()

    mended = world.mend_all()

    after, events = world.findings(), len(world.audit_log.events)
    assert {each.status for each in mended} <= {"mended"}
    assert after == [each for each in before if not each.is_repairable]
    assert world.mend_all() == []
    assert len(world.audit_log.events) == events


@examples(200)
@given(MIXES)
def test_every_link_is_whole_or_in_exactly_one_finding(
    mix: Mix,
) -> None:
    world = world_of(mix)
    users, accounts = world.state()
    found = world.findings()

    in_findings = [user.subject for each in found for user in each.users]
    assert len(in_findings) == len(set(in_findings))
    for sub, uid in users.items():
        whole = uid is not None and accounts.get(uid) == sub
        alone = [*users.values()].count(uid) == 1 and [*accounts.values()].count(sub) == 1
        assert (sub in in_findings) is not (whole and alone)
