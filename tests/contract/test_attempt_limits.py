"""Limits on attempts: the fake, one process's own and DynamoDB's under the port's suite."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from authcore.adapters.coordination.dynamodb.attempt_limits import DynamoDbAttemptLimiter
from authcore.adapters.coordination.dynamodb.table import DynamoDbClient
from authcore.adapters.coordination.process.attempt_limits import SLOTS, ProcessAttemptLimiter
from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    TooManyAttemptsError,
)
from authcore.domain.model.attempt_limits import MAX_ATTEMPTS, AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.testing.contracts.attempt_limits import LIMIT, AttemptLimiterContract
from authcore.testing.fakes.attempt_limits import InMemoryAttemptLimiter
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.dynamodb_table import LosesAnswers, OnMotoTable, Table, refuses, says
from support.scripted_server import ScriptedServer


BEGIN = datetime(2026, 3, 14, 9, 25, tzinfo=UTC)
"""Of a window of LIMIT."""


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(BEGIN)


@pytest.fixture
def fast_forward(clock: FrozenClock) -> Callable[[timedelta], None]:
    return clock.advance


class TestInMemoryAttemptLimiter(AttemptLimiterContract):
    @pytest.fixture
    def limiter(self, clock: FrozenClock) -> AttemptLimiter:
        return InMemoryAttemptLimiter(LIMIT, clock)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


def _process(clock: FrozenClock, *, slots: int = SLOTS) -> ProcessAttemptLimiter:
    return ProcessAttemptLimiter(LIMIT, clock=clock, entropy=ScriptedEntropy(), slots=slots)


class TestProcessAttemptLimiter(AttemptLimiterContract):
    @pytest.fixture
    def limiter(self, clock: FrozenClock) -> AttemptLimiter:
        return _process(clock)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    def test_a_flood_of_other_keys_gives_a_user_no_further_attempts(
        self, clock: FrozenClock
    ) -> None:
        # DL-06
        limiter = _process(clock)
        for _ in range(LIMIT.attempts):
            limiter.admit("jane")
        for number in range(2_000):
            limiter.admit(f"user {number}")

        with pytest.raises(TooManyAttemptsError):
            limiter.admit("jane")

    def test_keys_beyond_the_counters_are_refused_early_rather_than_late(
        self, clock: FrozenClock
    ) -> None:
        # DL-06
        limiter = _process(clock, slots=4)
        admitted = 0
        for number in range(100):
            try:
                limiter.admit(f"user {number}")
            except TooManyAttemptsError:
                continue
            admitted += 1

        assert admitted == 4 * LIMIT.attempts

    def test_a_clock_that_jumps_ahead_and_back_blocks_no_user(self, clock: FrozenClock) -> None:
        limiter = _process(clock)
        clock.advance(timedelta(days=400))
        for _ in range(LIMIT.attempts):
            limiter.admit("jane")
        clock.advance(-timedelta(days=400))

        limiter.admit("jane")


class TestDynamoDbAttemptLimiter(OnMotoTable, AttemptLimiterContract):
    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock(BEGIN)

    @pytest.fixture
    def limiter(self, table: Table, clock: FrozenClock) -> AttemptLimiter:
        return _shared(table.client, clock)

    def test_two_processes_share_one_limit(self, table: Table, clock: FrozenClock) -> None:
        # MG-05
        first, second = (_shared(table.client, clock) for _ in range(2))
        for limiter in (first, second, first):
            limiter.admit("jane")

        with pytest.raises(TooManyAttemptsError):
            second.admit("jane")

    def test_an_attempt_whose_answer_is_lost_is_not_admitted(
        self, table: Table, clock: FrozenClock
    ) -> None:
        with pytest.raises(CoordinationUnavailableError):
            _shared(LosesAnswers(table.client, lost=1), clock).admit("jane")

    def test_without_its_table_no_attempt_is_admitted(
        self, table: Table, limiter: AttemptLimiter
    ) -> None:
        table.drop()
        with pytest.raises(CoordinationMisconfiguredError):
            limiter.admit("jane")

    def test_the_table_deletes_a_count_a_day_after_its_window(
        self, table: Table, limiter: AttemptLimiter
    ) -> None:
        # DL-06
        limiter.admit("jane")
        (item,) = table.items()
        assert int(item["expires"]["N"]) == int((BEGIN + LIMIT.window).timestamp()) + 86_400


def _shared(client: DynamoDbClient, clock: FrozenClock) -> DynamoDbAttemptLimiter:
    return DynamoDbAttemptLimiter(LIMIT, client=client, table="coordination", clock=clock)


@pytest.mark.parametrize(
    "answer",
    [
        says(200, {}),
        says(200, {"Attributes": {}}),
        says(200, {"Attributes": {"ends_at": {"N": "1"}, "attempts": {"N": "1"}}}),
        refuses("ProvisionedThroughputExceeded"),
    ],
)
def test_what_is_no_count_of_dynamodb_admits_nothing(
    dynamodb: ScriptedServer, client: DynamoDbClient, answer: list[bytes]
) -> None:
    dynamodb.restart(lambda _request: answer)
    with pytest.raises(CoordinationUnavailableError):
        _shared(client, FrozenClock(BEGIN)).admit("jane")


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (MAX_ATTEMPTS + 1, 1), (1, 0)])
def test_a_limit_is_bounded(attempts: int, seconds: int) -> None:
    with pytest.raises(ValueError, match="attempts within"):
        AttemptLimit(attempts, timedelta(seconds=seconds))
