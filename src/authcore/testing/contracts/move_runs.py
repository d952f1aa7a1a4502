"""What every store of a run promises."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import NewPoolUser, PlannedUser, Run, UserOutcome
from authcore.ports.move_runs import RunStore
from authcore.testing.contracts.suite import ContractSuite


NOON = datetime(2026, 11, 30, 12, 0, 0, 250_000, tzinfo=UTC)
RUN = Run(
    run_id="20261130-7f3a9c",
    source="file users.csv",
    pool_id="eu-west-1_Contract1",
    target="create",
    fingerprint="settings:0",
    stage="planning",
    started_at=NOON,
)
HASHED = NewPoolUser("jane", {"email": "jane@example.com"}, password_hash="$2b$10$hash")
REFUSED = PlannedUser(2, "8", None, "account_locked")
UNREADABLE = PlannedUser(3, None, None, "row_without_id", place="line 4")


def planned(number: int, *claims: str) -> PlannedUser:
    """Return a user to create."""
    user = NewPoolUser(f"user-{number}", {"email": f"Ü{number}@example.com", "name": "é, \\ \x1f"})
    return PlannedUser(number, f"id {number}", user, claims=claims)


class RunStoreContract(ContractSuite):
    """Run by every RunStore: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> RunStore:
        """Returns a store in which no run was begun."""

    @pytest.fixture
    @abstractmethod
    def killed(self, store: RunStore) -> Callable[[], RunStore]:
        """Returns the store that another process opens after the first one was killed."""

    @pytest.fixture
    @abstractmethod
    def outage(self, store: RunStore) -> Callable[[], None]:
        """Returns a function that makes ``store`` unusable."""

    @pytest.fixture
    def begun(self, store: RunStore) -> RunStore:
        store.begin(RUN)
        return store

    def test_a_run_is_kept_as_it_was_begun(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        assert begun.run() == RUN
        assert killed().run() == RUN

    def test_a_run_is_begun_once(self, begun: RunStore) -> None:
        with pytest.raises(ConfigurationError):
            begun.begin(RUN)

    def test_a_run_that_was_not_begun_does_not_exist(self, store: RunStore) -> None:
        with pytest.raises(ConfigurationError):
            store.run()

    def test_the_stage_is_the_one_entered_last(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        begun.enter("planned")
        begun.enter("executing")

        assert killed().run() == attrs.evolve(RUN, stage="executing")

    def test_a_plan_has_no_cursor_at_first(self, begun: RunStore) -> None:
        assert begun.cursor() == (0, None)

    def test_a_page_is_kept_with_the_cursor_behind_it(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        begun.add_page([attrs.evolve(planned(1), user=HASHED), REFUSED, UNREADABLE], "after 3")
        begun.add_page([planned(4, "name:user-4")], None)

        assert begun.cursor() == killed().cursor() == (4, None)

    def test_an_empty_page_moves_the_cursor(self, begun: RunStore) -> None:
        begun.add_page([], "further")

        assert begun.cursor() == (0, "further")

    @pytest.mark.parametrize("number", [1, 3])
    def test_a_page_that_repeats_or_skips_numbers_is_refused_whole(
        self, begun: RunStore, number: int
    ) -> None:
        begun.add_page([planned(1)], "after 1")

        with pytest.raises(ValueError, match="numbered"):
            begun.add_page([planned(number)], "after 2")
        assert begun.cursor() == (1, "after 1")

    def test_the_plan_is_read_in_order_and_without_claims(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        rows = [attrs.evolve(planned(1), user=HASHED), REFUSED, UNREADABLE, planned(4)]
        begun.add_page([attrs.evolve(each, claims=()) for each in rows], None)

        assert [*begun.planned()] == [*killed().planned()] == rows
        assert [each.number for each in begun.planned(after=2)] == [3, 4]

    def test_a_plan_of_several_thousand_is_read_in_order(self, begun: RunStore) -> None:
        begun.add_page([planned(each) for each in range(1, 2_503)], None)

        assert [each.number for each in begun.planned(after=400)] == [*range(401, 2_503)]

    def test_users_who_share_a_claim_are_all_refused(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        begun.add_page([planned(1, "name:a", "email:x"), planned(2, "name:b", "email:y")], "more")
        begun.add_page([planned(3, "name:c", "email:x"), planned(4, "name:a")], None)

        assert begun.refuse_shared_claims() == 3
        reasons = {each.number: (each.reason, each.user) for each in killed().planned()}
        assert reasons[2] == ("ok", planned(2).user)
        assert {reasons[each] for each in (1, 3, 4)} == {("claimed_twice", None)}

    def test_a_shared_claim_is_found_at_every_place_of_a_long_page(self, begun: RunStore) -> None:
        begun.add_page(
            [planned(each, f"name:{each}", f"uid:{each}") for each in range(1, 1_000)], "more"
        )
        begun.add_page([planned(each, f"name:{each - 999}") for each in range(1_000, 1_999)], None)

        assert begun.refuse_shared_claims() == 1_998

    def test_refusing_shared_claims_again_changes_nothing(self, begun: RunStore) -> None:
        begun.add_page([planned(1, "name:a"), planned(2, "name:a"), planned(3, "name:b")], None)
        begun.refuse_shared_claims()
        before = [*begun.planned()]

        assert begun.refuse_shared_claims() == 2
        assert [*begun.planned()] == before

    def test_a_claim_that_one_user_makes_twice_is_not_shared(self, begun: RunStore) -> None:
        begun.add_page([planned(1, "name:a", "name:a")], None)

        assert begun.refuse_shared_claims() == 0

    def test_a_claim_names_its_user_to_create(self, begun: RunStore) -> None:
        begun.add_page([planned(1, "name:a", "email:x"), planned(2, "name:b"), REFUSED_3], None)
        begun.add_page([planned(4, "name:c"), planned(5, "name:c", "email:z")], None)
        begun.refuse_shared_claims()

        asked = ["name:b", "email:x", "name:c", "email:z", "name:nobody"]
        assert begun.claimants(asked) == {"name:b": 2, "email:x": 1}
        assert begun.claimants([]) == {}

    def test_an_outcome_replaces_an_earlier_one(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        linked = UserOutcome(1, "linked", "ok", "sub-1", NOON)
        begun.record([UserOutcome(3, "exists"), UserOutcome(1, "created", "ok", "sub-1", NOON)])
        begun.record([linked])

        assert [*begun.outcomes()] == [*killed().outcomes()] == [linked, UserOutcome(3, "exists")]
        assert [each.number for each in begun.outcomes(after=1)] == [3]

    def test_pending_are_those_to_create_without_an_outcome(self, begun: RunStore) -> None:
        rows = [planned(1), REFUSED, UNREADABLE, planned(4), planned(5)]
        begun.add_page(rows, None)
        begun.record([UserOutcome(4, "refused", "account_taken")])

        assert [each.number for each in begun.pending()] == [1, 5]
        assert [*begun.pending(after=1)] == [planned(5)]

    def test_outcomes_recorded_while_pending_are_read_disturb_nothing(
        self, begun: RunStore
    ) -> None:
        begun.add_page([planned(each) for each in range(1, 1_202)], None)

        read = []
        for each in begun.pending():
            read.append(each.number)
            if each.number % 100 == 0:
                begun.record([UserOutcome(number, "created") for number in read[-100:]])
        assert read == [*range(1, 1_202)]

    def test_rows_are_counted_by_kind_and_reason(self, begun: RunStore) -> None:
        begun.add_page([planned(1), REFUSED, UNREADABLE, planned(4)], None)
        begun.record([UserOutcome(1, "created"), UserOutcome(4, "refused", "account_taken")])

        assert begun.counts() == {
            ("planned", "ok"): 2,
            ("rejected", "account_locked"): 1,
            ("rejected", "row_without_id"): 1,
            ("created", "ok"): 1,
            ("refused", "account_taken"): 1,
        }

    def test_a_note_replaces_the_earlier_one_of_its_name(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        begun.note("job", "import-1")
        begun.note("job", "import-2")
        begun.note("part", "")

        assert killed().noted() == begun.noted() == {"job": "import-2", "part": ""}

    def test_an_executed_run_holds_no_password_hash(
        self, begun: RunStore, killed: Callable[[], RunStore]
    ) -> None:
        begun.add_page([attrs.evolve(planned(1), user=HASHED)], None)
        begun.enter("executing")
        assert [each.user for each in begun.planned()] == [HASHED]

        begun.enter("executed")
        users = [each.user for each in killed().planned()]
        assert users == [attrs.evolve(HASHED, password_hash=None)]

    def test_an_unusable_store_asks_for_an_operator(
        self, begun: RunStore, outage: Callable[[], None]
    ) -> None:
        outage()

        for use in (begun.run, begun.cursor, begun.counts, begun.noted):
            with pytest.raises(ConfigurationError):
                use()
        with pytest.raises(ConfigurationError):
            [*islice(begun.planned(), 1)]
        with pytest.raises(ConfigurationError):
            begun.note("job", "import-1")


REFUSED_3 = attrs.evolve(REFUSED, number=3)
