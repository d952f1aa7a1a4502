"""Both stores of a census see the same persons, whatever names whatever."""

import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args

from hypothesis import given
from hypothesis import strategies as st

from authcore.adapters.runs.census_file import SqliteCensus
from authcore.domain.model.census_entries import AccountEntry, UserEntry, Word
from authcore.ports.census import CensusStore
from authcore.testing.fakes.census import InMemoryCensusStore
from authcore.testing.fakes.system import ScriptedEntropy
from support.gate import examples


NOW: Final = datetime(2026, 11, 30, tzinfo=UTC)
SUBJECTS: Final = st.sampled_from(["s1", "s2", "s3", "s4"])
UIDS: Final = st.sampled_from(["1", "2", "3", "4"])
ACCOUNTS: Final = st.lists(
    st.builds(AccountEntry, UIDS, st.none() | SUBJECTS, st.booleans(), st.booleans()), max_size=5
)
USERS: Final = st.lists(
    st.builds(
        UserEntry,
        SUBJECTS,
        st.none() | UIDS,
        st.sampled_from(get_args(Word)),
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
)


def _persons(
    store: CensusStore, accounts: list[AccountEntry], users: list[UserEntry]
) -> Counter[object]:
    store.open(NOW)
    for number, account in enumerate(accounts):
        store.add_accounts([account], str(number), NOW)
    store.add_accounts([], None, NOW)
    store.add_users(users, None, NOW)
    return Counter(dict(store.persons()))


@examples(40)
@given(accounts=ACCOUNTS, users=USERS)
def test_both_stores_count_the_same_persons(
    accounts: list[AccountEntry], users: list[UserEntry]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = SqliteCensus(Path(folder) / "census", place="here", entropy=ScriptedEntropy())
        assert _persons(file, accounts, users) == _persons(InMemoryCensusStore(), accounts, users)


@examples(100)
@given(accounts=ACCOUNTS, users=USERS)
def test_persons_are_the_accounts_and_the_users_who_belong_to_none(
    accounts: list[AccountEntry], users: list[UserEntry]
) -> None:
    persons = _persons(InMemoryCensusStore(), accounts, users)

    kept_accounts = {each.legacy_uid: each for each in accounts}
    kept_users = {each.subject: each for each in users}
    named = {each.cognito_id for each in kept_accounts.values()}
    further = [
        each
        for each in kept_users.values()
        if each.legacy_uid not in kept_accounts and each.subject not in named
    ]
    assert persons.total() == len(kept_accounts) + len(further)
