"""What a run has planned and done, kept beyond the process."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from authcore.domain.model.moves import PlannedUser, Run, RunStage, UserOutcome


class RunStore(Protocol):
    """
    One run.  Each write is kept completely or not at all, also where the process is killed.

    One process at a time writes a run; others may read it meanwhile.  Any method raises
    ConfigurationError where the store cannot be read or written.
    """

    __slots__ = ()

    @abstractmethod
    def begin(self, run: Run) -> None:
        """
        Create the store.

        Raises:
            ConfigurationError: There is such a run already.
        """

    @abstractmethod
    def run(self) -> Run:
        """
        The run.

        Raises:
            ConfigurationError: There is no such run, or its version is another one.
        """

    @abstractmethod
    def enter(self, stage: RunStage) -> None:
        """
        Note that the run has reached *stage*.

        Once it is ``executed`` its password hashes are erased: nothing needs them any more.
        """

    @abstractmethod
    def add_page(self, planned: Sequence[PlannedUser], after: str | None) -> None:
        """
        Keep a page of the plan, and the source's cursor behind it.

        Args:
            planned: Numbered on from the last one, else ValueError.

            after: ``SourcePage.next``.
        """

    @abstractmethod
    def cursor(self) -> tuple[int, str | None]:
        """Return the highest number that is kept, 0 at first, and the source's cursor behind it."""

    @abstractmethod
    def refuse_shared_claims(self) -> int:
        """
        Refuse every user of whom a claim is that of another row too, as ``claimed_twice``.

        The other row may be refused already, and keeps its reason.

        No one of them is preferred: which of two accounts an address belongs to is not known.

        Returns:
            How many users are refused for this reason.
        """

    @abstractmethod
    def claimants(self, claims: Sequence[str]) -> Mapping[str, int]:
        """
        Return the numbers of the users to create who have any of *claims*, by claim.

        After ``refuse_shared_claims`` each claim is of one user at most.

        Args:
            claims: At most 10,000, in the form of ``PlannedUser.claims``.
        """

    @abstractmethod
    def planned(self, after: int = 0) -> Iterator[PlannedUser]:
        """Read the plan from the number after *after* on, in order, without ``claims``."""

    @abstractmethod
    def record(self, outcomes: Sequence[UserOutcome]) -> None:
        """Keep what became of users."""

    @abstractmethod
    def outcomes(self, after: int = 0) -> Iterator[UserOutcome]:
        """Read the outcomes from the number after *after* on, in order."""

    @abstractmethod
    def pending(self, after: int = 0) -> Iterator[PlannedUser]:
        """Read the users who are to be created and have no outcome yet, as ``planned`` does."""

    @abstractmethod
    def counts(self) -> Mapping[tuple[str, str], int]:
        """
        Count the plan and the outcomes.

        Returns:
            Rows by (kind, reason): kind ``planned`` for users to create, ``rejected`` for rows of
            which nothing is created, and an OutcomeKind for outcomes.
        """

    @abstractmethod
    def note(self, name: str, value: str) -> None:
        """Keep a short text of the stage that is under way, e.g. the id of an import job."""

    @abstractmethod
    def noted(self) -> Mapping[str, str]:
        """Return the notes by name."""

    @abstractmethod
    def close(self) -> None:
        """Let another process write the run.  No other method may be called afterwards."""
