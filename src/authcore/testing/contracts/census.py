"""What every CensusStore and every CensusHistory does."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.census import STATES, Census
from authcore.domain.model.census_entries import AccountEntry, PersonFacts, UserEntry, Word
from authcore.ports.census import CensusHistory, CensusStore
from authcore.testing.contracts.suite import ContractSuite


NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


def account(
    legacy_uid: str, names: str | None = None, *, locked: bool = False, reachable: bool = True
) -> AccountEntry:
    """Make an account that names the user *names*."""
    return AccountEntry(legacy_uid, names, is_locked=locked, is_reachable=reachable)


def user(
    subject: str, names: str | None = None, word: Word = "none", *, fresh: bool = False
) -> UserEntry:
    """Make a user who names the account *names*."""
    return UserEntry(subject, names, word, is_fresh=fresh)


class CensusStoreContract(ContractSuite):
    """Subclass it, and say which store."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> CensusStore:
        """Returns the store under test, without a census."""

    @pytest.fixture
    @abstractmethod
    def reopen(self) -> Callable[[], CensusStore]:
        """Returns a function that opens the store again, as another process does."""

    @pytest.fixture
    @abstractmethod
    def break_store(self) -> Callable[[], None]:
        """Returns a function that makes the store unusable."""

    def count(
        self, store: CensusStore, accounts: Sequence[AccountEntry], users: Sequence[UserEntry]
    ) -> dict[PersonFacts, int]:
        store.open(NOON)
        store.add_accounts(accounts, None, LATER)
        store.add_users(users, None, LATER)
        return dict(store.persons())

    def test_a_new_census_begins_with_the_accounts(self, store: CensusStore) -> None:
        progress = store.open(NOON)

        assert (progress.began_at, progress.side, progress.after) == (NOON, "accounts", None)
        assert (progress.accounts, progress.users) == (0, 0)

    def test_pages_advance_the_cursor_and_users_follow_the_last_accounts(
        self, store: CensusStore
    ) -> None:
        store.open(NOON)

        steps = [
            store.add_accounts([account("1")], "a2", LATER),
            store.add_accounts([account("2")], None, LATER),
            store.add_users([user("s1", "1")], "u2", LATER),
            store.add_users([user("s2", fresh=True)], None, LATER),
        ]

        assert [(each.side, each.after) for each in steps] == [
            ("accounts", "a2"),
            ("users", None),
            ("users", "u2"),
            (None, None),
        ]
        assert [(each.accounts, each.users) for each in steps] == [(1, 0), (2, 0), (2, 1), (2, 2)]
        assert steps[-1].fresh == 1

    def test_a_census_continues_in_another_process(
        self, store: CensusStore, reopen: Callable[[], CensusStore]
    ) -> None:
        store.open(NOON)
        store.add_accounts([account("1", "s1")], None, LATER)
        store.add_users([user("s0")], "u2", LATER)

        again = reopen()
        progress = again.open(LATER + timedelta(hours=1))
        again.add_users([user("s1", "1")], None, LATER + timedelta(hours=1))

        assert (progress.began_at, progress.side, progress.after) == (NOON, "users", "u2")
        assert sorted(facts.is_mutual for facts, _ in again.persons()) == [False, True]

    def test_a_census_whose_last_page_is_over_an_hour_old_begins_again(
        self, store: CensusStore, reopen: Callable[[], CensusStore]
    ) -> None:
        store.open(NOON)
        store.add_accounts([account("1")], "a2", LATER)
        late = LATER + timedelta(hours=1, seconds=1)

        progress = reopen().open(late)

        assert (progress.began_at, progress.accounts, progress.after) == (late, 0, None)

    def test_a_later_entry_of_the_same_id_replaces_an_earlier_one(self, store: CensusStore) -> None:
        store.open(NOON)
        store.add_accounts([account("1", reachable=False)], "a2", LATER)
        store.add_accounts([account("1", "s1")], None, LATER)
        store.add_users([user("s1")], "u2", LATER)
        progress = store.add_users([user("s1", "1", "proof")], None, LATER)

        assert (progress.accounts, progress.users) == (1, 1)
        [(facts, number)] = store.persons()
        assert number == 1
        assert (facts.is_mutual, facts.is_reachable, facts.word) == (True, True, "proof")

    @pytest.mark.parametrize("locked", [True, False])
    @pytest.mark.parametrize("reachable", [True, False])
    def test_an_account_alone(self, store: CensusStore, *, locked: bool, reachable: bool) -> None:
        facts = self.count(store, [account("1", locked=locked, reachable=reachable)], [])

        kind = "locked" if locked else "open"
        assert facts == {PersonFacts(account=kind, is_reachable=reachable): 1}  # type: ignore[arg-type]

    def test_a_user_alone(self, store: CensusStore) -> None:
        facts = self.count(store, [], [user("s1", word="refusal", fresh=True), user("s2", "9")])

        assert facts == {
            PersonFacts(account=None, word="refusal", is_fresh=True): 1,
            PersonFacts(account=None, names="gone"): 1,
        }

    def test_an_account_and_a_user_who_name_each_other_are_one_person(
        self, store: CensusStore
    ) -> None:
        external = attrs.evolve(user("s1", "1", "proof"), is_external=True)

        facts = self.count(store, [account("1", "s1")], [external])

        assert facts == {
            PersonFacts(
                account="open",
                is_reachable=True,
                names="there",
                named_by=1,
                is_mutual=True,
                word="proof",
                is_external=True,
            ): 1
        }

    def test_an_account_that_only_is_named(self, store: CensusStore) -> None:
        facts = self.count(store, [account("1")], [user("s1", "1", "voucher")])

        assert facts == {
            PersonFacts(account="open", is_reachable=True, named_by=1, word="voucher"): 1
        }

    def test_an_account_that_only_names(self, store: CensusStore) -> None:
        facts = self.count(store, [account("1", "s1"), account("2", "s9")], [user("s1")])

        assert facts == {
            PersonFacts(account="open", is_reachable=True, names="there"): 1,
            PersonFacts(account="open", is_reachable=True, names="gone"): 1,
        }

    @pytest.mark.parametrize("number", [2, 3])
    def test_users_who_name_one_account_are_one_person_with_it(
        self, store: CensusStore, number: int
    ) -> None:
        users = [user(f"s{each}", "1", "proof", fresh=True) for each in range(number)]

        facts = self.count(store, [account("1", "s1")], users)

        assert facts == {
            PersonFacts(
                account="open", is_reachable=True, names="there", named_by=2, is_mutual=True
            ): 1
        }

    def test_two_accounts_that_name_one_user_are_two_persons(self, store: CensusStore) -> None:
        facts = self.count(
            store, [account("1", "s1"), account("2", "s1")], [user("s1", "1", "proof")]
        )

        assert facts == {
            PersonFacts(
                account="open",
                is_reachable=True,
                names="there",
                named_by=1,
                is_mutual=True,
                is_shared=True,
                word="proof",
            ): 1,
            PersonFacts(account="open", is_reachable=True, names="there"): 1,
        }

    def test_an_id_of_a_user_is_no_id_of_an_account(self, store: CensusStore) -> None:
        facts = self.count(store, [account("same")], [user("same")])

        assert facts == {
            PersonFacts(account="open", is_reachable=True): 1,
            PersonFacts(account=None): 1,
        }

    def test_a_census_that_was_cleared_is_forgotten(self, store: CensusStore) -> None:
        self.count(store, [account("1")], [user("s1")])
        store.clear()

        assert store.open(NOON).accounts == 0
        assert [*store.persons()] == []

    def test_a_store_that_cannot_be_used_says_so(
        self, store: CensusStore, break_store: Callable[[], None]
    ) -> None:
        store.open(NOON)
        break_store()

        with pytest.raises(ConfigurationError):
            store.add_accounts([account("1")], None, LATER)
        with pytest.raises(ConfigurationError):
            [*store.persons()]


CENSUS = Census(
    at=NOON,
    began_at=NOON - timedelta(minutes=9),
    persons=dict(zip(STATES, (10, 2, 3, 4, 5, 6), strict=True)),
    accounts=25,
    users=20,
    locked=3,
    locked_unreachable=1,
    providers_only=2,
    changed=7,
)


class CensusHistoryContract(ContractSuite):
    """Subclass it, and say which history."""

    @pytest.fixture
    @abstractmethod
    def history(self) -> CensusHistory:
        """Returns the history under test, without a census."""

    @pytest.fixture
    @abstractmethod
    def break_history(self) -> Callable[[], None]:
        """Returns a function that makes the history unusable."""

    def test_a_history_begins_empty(self, history: CensusHistory) -> None:
        assert [*history.all()] == []

    def test_a_census_is_kept_as_it_was(self, history: CensusHistory) -> None:
        history.add(CENSUS)
        history.add(attrs.evolve(CENSUS, at=LATER, began_at=None))

        assert [*history.all()] == [CENSUS, attrs.evolve(CENSUS, at=LATER, began_at=None)]

    def test_the_oldest_census_comes_first(self, history: CensusHistory) -> None:
        history.add(attrs.evolve(CENSUS, at=LATER))
        history.add(CENSUS)

        assert [each.at for each in history.all()] == [NOON, LATER]

    def test_a_history_that_cannot_be_used_is_not_an_empty_one(
        self, history: CensusHistory, break_history: Callable[[], None]
    ) -> None:
        break_history()

        with pytest.raises(ConfigurationError):
            history.all()
        with pytest.raises(ConfigurationError):
            history.add(CENSUS)
