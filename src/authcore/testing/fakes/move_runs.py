"""A run of a move, in memory."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import PlannedUser, Run, RunStage, UserOutcome
from authcore.ports.move_runs import RunStore


class InMemoryRun(RunStore):
    """
    A run in dictionaries.

    Attributes:
        is_usable: Set to False for a store that cannot be read or written.
        is_closed: Whether it was closed.
    """

    def __init__(self) -> None:
        self.is_usable = True
        self.is_closed = False
        self._run: Run | None = None
        self._plan: list[PlannedUser] = []
        self._after: str | None = None
        self._outcomes: dict[int, UserOutcome] = {}
        self._notes: dict[str, str] = {}

    def begin(self, run: Run) -> None:
        """See the port."""
        self._use()
        if self._run is not None:
            raise ConfigurationError(["there is such a run already"])
        self._run = run

    def run(self) -> Run:
        """See the port."""
        self._use()
        if self._run is None:
            raise ConfigurationError(["there is no such run"])
        return self._run

    def enter(self, stage: RunStage) -> None:
        """See the port."""
        self._run = attrs.evolve(self.run(), stage=stage)
        if stage == "executed":
            self._plan = [
                attrs.evolve(each, user=each.user and attrs.evolve(each.user, password_hash=None))
                for each in self._plan
            ]

    def add_page(self, planned: Sequence[PlannedUser], after: str | None) -> None:
        """See the port."""
        self._use()
        numbers = [each.number for each in planned]
        if numbers != [len(self._plan) + 1 + each for each in range(len(numbers))]:
            raise ValueError("the page is not numbered on from the last one")
        self._plan += planned
        self._after = after

    def cursor(self) -> tuple[int, str | None]:
        """See the port."""
        self._use()
        return len(self._plan), self._after

    def refuse_shared_claims(self) -> int:
        """See the port."""
        self._use()
        claimed = Counter(claim for each in self._plan for claim in {*each.claims})
        self._plan = [
            attrs.evolve(each, user=None, reason="claimed_twice")
            if each.user is not None and any(claimed[claim] > 1 for claim in each.claims)
            else each
            for each in self._plan
        ]
        return sum(each.reason == "claimed_twice" for each in self._plan)

    def claimants(self, claims: Sequence[str]) -> Mapping[str, int]:
        """See the port."""
        self._use()
        by_claim = {claim: each.number for each in self._plan if each.user for claim in each.claims}
        return {claim: by_claim[claim] for claim in claims if claim in by_claim}

    def planned(self, after: int = 0) -> Iterator[PlannedUser]:
        """See the port."""
        self._use()
        return iter([attrs.evolve(each, claims=()) for each in self._plan[after:]])

    def record(self, outcomes: Sequence[UserOutcome]) -> None:
        """See the port."""
        self._use()
        self._outcomes.update((each.number, each) for each in outcomes)

    def outcomes(self, after: int = 0) -> Iterator[UserOutcome]:
        """See the port."""
        self._use()
        return iter([self._outcomes[each] for each in sorted(self._outcomes) if each > after])

    def pending(self, after: int = 0) -> Iterator[PlannedUser]:
        """See the port."""
        return (
            each
            for each in self.planned(after)
            if each.user is not None and each.number not in self._outcomes
        )

    def counts(self) -> Mapping[tuple[str, str], int]:
        """See the port."""
        self._use()
        return Counter(
            [
                *(("planned" if each.user else "rejected", each.reason) for each in self._plan),
                *((each.kind, each.reason) for each in self._outcomes.values()),
            ]
        )

    def note(self, name: str, value: str) -> None:
        """See the port."""
        self._use()
        self._notes[name] = value

    def noted(self) -> Mapping[str, str]:
        """See the port."""
        self._use()
        return dict(self._notes)

    def close(self) -> None:
        """See the port."""
        self.is_closed = True

    def _use(self) -> None:
        if not self.is_usable or self.is_closed:
            raise ConfigurationError(["the run is set to be unusable"])
