"""Leases and replay memory in DynamoDB: under the ports' suites on moto, and over a real socket."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.coordination.dynamodb.leases import DynamoDbLease
from authcore.adapters.coordination.dynamodb.replay_cache import (
    DynamoDbCreateIntents,
    DynamoDbReplayCache,
)
from authcore.adapters.coordination.dynamodb.table import DynamoDbClient
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import (
    CoordinationMisconfiguredError,
    CoordinationUnavailableError,
    LeaseHeldError,
)
from authcore.ports.coordination import CreateIntents, Lease, ReplayCache
from authcore.ports.system import Clock
from authcore.testing.contracts.coordination import (
    TTL,
    CreateIntentsContract,
    RenewableLeaseContract,
    ReplayCacheContract,
)
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.dynamodb_table import (
    ANSWERS_OF_OTHERS,
    ERROR_CLASSES,
    LosesAnswers,
    OnMotoTable,
    Table,
    read_call,
    refuses,
    says,
    undecided_classes,
)
from support.everything_said import everything_said
from support.gate import Stopwatch
from support.scripted_server import HANG_UP, SILENCE, ScriptedServer


HOLDER = "canary-holder-0123456789-0123456789-0123456"


def _lease(
    client: DynamoDbClient, clock: Clock, *, holders: list[str] | None = None
) -> DynamoDbLease:
    return DynamoDbLease(
        client=client, table="coordination", clock=clock, entropy=ScriptedEntropy(holders or [])
    )


def _intents(client: DynamoDbClient, clock: Clock) -> DynamoDbCreateIntents:
    return DynamoDbCreateIntents(
        client=client, table="coordination", clock=clock, entropy=SystemEntropy()
    )


def _seen(client: DynamoDbClient, clock: Clock) -> DynamoDbReplayCache:
    return DynamoDbReplayCache(
        client=client, table="coordination", clock=clock, entropy=SystemEntropy()
    )


class TestDynamoDbCreateIntents(OnMotoTable, CreateIntentsContract):
    @pytest.fixture
    def intents(self, table: Table, clock: FrozenClock) -> CreateIntents:
        return _intents(table.client, clock)

    def test_two_processes_share_a_result(
        self, table: Table, intents: CreateIntents, clock: FrozenClock
    ) -> None:
        # AL-07
        intents.first_time("a", TTL)
        intents.complete("a", "5001")
        assert _intents(table.client, clock).result_of("a") == "5001"


class TestDynamoDbReplayCache(OnMotoTable, ReplayCacheContract):
    @pytest.fixture
    def seen(self, table: Table, clock: FrozenClock) -> ReplayCache:
        return _seen(table.client, clock)

    def test_two_processes_share_one_memory(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # SP-01
        assert seen.first_time("a", TTL)
        assert not _seen(table.client, clock).first_time("a", TTL)

    def test_clocks_a_second_apart_forget_nothing_early(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # SP-01
        ahead = FrozenClock(clock.now() + timedelta(seconds=1))
        seen.first_time("a", TTL)
        ahead.advance(TTL)

        assert not _seen(table.client, ahead).first_time("a", TTL)

    def test_a_question_whose_answer_is_lost_is_ours_all_the_same(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # SP-01, AL-07
        unlucky = _seen(LosesAnswers(table.client, lost=1), clock)

        assert unlucky.first_time("a", TTL)
        assert not seen.first_time("a", TTL)
        assert not unlucky.first_time("a", TTL)

    def test_a_lost_answer_about_what_another_noted_is_not_a_first(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # SP-01, AL-07
        seen.first_time("a", TTL)

        assert not _seen(LosesAnswers(table.client, lost=1), clock).first_time("a", TTL)

    @pytest.mark.parametrize("lost", [2, 3])
    def test_when_no_answer_comes_through_what_was_noted_is_taken_back(
        self, table: Table, seen: ReplayCache, clock: FrozenClock, lost: int
    ) -> None:
        """Nobody was told "first", so nobody is kept from being it."""
        # AL-07
        with pytest.raises(CoordinationUnavailableError):
            _seen(LosesAnswers(table.client, lost=lost), clock).first_time("a", TTL)

        assert seen.first_time("a", TTL)

    def test_when_no_answer_comes_through_nothing_of_anothers_is_taken_back(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # SP-01, AL-07
        seen.first_time("a", TTL)
        with pytest.raises(CoordinationUnavailableError):
            _seen(LosesAnswers(table.client, lost=2), clock).first_time("a", TTL)

        assert not seen.first_time("a", TTL)

    def test_a_late_forgetting_leaves_what_was_noted_after_it_was_asked_for(
        self, table: Table, seen: ReplayCache, clock: FrozenClock
    ) -> None:
        # AL-07: a function that was frozen with the request unsent, and thawed.
        asleep = FrozenClock(clock.now())
        clock.advance(timedelta(minutes=1))
        seen.first_time("a", TTL)

        assert not _seen(table.client, asleep).forget("a")
        assert not seen.first_time("a", TTL)

    def test_without_its_table_nobody_can_say(self, table: Table, seen: ReplayCache) -> None:
        table.drop()

        with pytest.raises(CoordinationUnavailableError):
            seen.first_time("a", TTL)


class TestDynamoDbLease(OnMotoTable, RenewableLeaseContract):
    @pytest.fixture
    def renewable(self, table: Table, clock: FrozenClock) -> DynamoDbLease:
        return _lease(table.client, clock)

    @pytest.fixture
    def lease_clock(self, clock: FrozenClock) -> Clock:
        return clock

    def test_a_lease_and_a_memory_of_the_same_key_are_two_things(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        with lease.hold("a", TTL):
            assert _seen(table.client, clock).first_time("a", TTL)

    def test_a_claim_whose_answer_is_lost_is_ours_all_the_same(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        # AL-07
        unlucky = _lease(LosesAnswers(table.client, lost=1), clock, holders=[HOLDER])

        with unlucky.hold("a", TTL), pytest.raises(LeaseHeldError), lease.hold("a", TTL):
            pass
        with lease.hold("a", TTL):
            pass

    def test_when_no_answer_comes_through_the_lease_ends_with_its_ttl(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        unlucky = _lease(LosesAnswers(table.client, lost=2), clock, holders=[HOLDER])

        with pytest.raises(CoordinationUnavailableError), unlucky.hold("a", TTL):
            pass
        with pytest.raises(LeaseHeldError), lease.hold("a", TTL):
            pass
        clock.advance(TTL + timedelta(seconds=2))
        with lease.hold("a", TTL):
            pass

    def test_a_renewal_whose_answer_is_lost_is_repeated(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        with lease.hold("a", TTL) as grant:
            clock.advance(TTL / 2)
            unlucky = _lease(LosesAnswers(table.client, lost=1), clock)

            assert unlucky.renew("a", grant, TTL).expires_at == clock.now() + TTL

    def test_a_release_that_gets_no_answer_undoes_nothing(self, table: Table, lease: Lease) -> None:
        with lease.hold("a", TTL):
            table.drop()

    def test_clocks_a_second_apart_do_not_share_a_lease(
        self, table: Table, clock: FrozenClock
    ) -> None:
        ahead = FrozenClock(clock.now() + timedelta(seconds=1))
        ahead.advance(TTL)

        with (
            _lease(table.client, clock, holders=[HOLDER]).hold("a", TTL),
            pytest.raises(LeaseHeldError),
            _lease(table.client, ahead).hold("a", TTL),
        ):
            pass

    def test_the_fence_grows_even_after_its_item_was_deleted(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        # AL-07: DynamoDB's TTL may do that a day after the lease's end.
        with lease.hold("a", TTL) as first:
            pass
        table.raw.delete_item(TableName=table.name, Key={"pk": {"S": "lease#a"}})
        clock.advance(TTL + timedelta(days=1))

        with lease.hold("a", TTL) as second:
            assert second.fence > first.fence

    def test_ttl_leaves_an_item_a_day_beyond_its_end(
        self, table: Table, lease: Lease, clock: FrozenClock
    ) -> None:
        """``expires`` is what the table's TTL goes by: whole seconds since 1970."""
        with lease.hold("a", TTL):
            (item,) = table.items()

        assert int(item["expires"]["N"]) == int((clock.now() + TTL).timestamp()) + 86_400
        assert table.items()[0].keys() >= {"fence", "expires"}


@pytest.fixture
def server(dynamodb: ScriptedServer) -> ScriptedServer:
    return dynamodb.restart(_yes)


def _values(request: bytes) -> dict[str, Any]:
    values: dict[str, Any] = read_call(request)[1]["ExpressionAttributeValues"]
    return values


def _yes(request: bytes) -> list[bytes]:
    values = _values(request)
    written = {
        "holder": values.get(":holder"),
        "ends_at": values.get(":end", values.get(":past")),
        "fence": {"N": "7"},
    }
    return says(200, {"Attributes": {name: value for name, value in written.items() if value}})


def _hold(client: DynamoDbClient) -> object:
    with _lease(client, FrozenClock(), holders=[HOLDER]).hold("a", TTL) as grant:
        return grant


def _ask(client: DynamoDbClient) -> object:
    return _seen(client, FrozenClock()).first_time("a", TTL)


def _forget(client: DynamoDbClient) -> object:
    return _seen(client, FrozenClock()).forget("a")


Call = Callable[[DynamoDbClient], object]
every = pytest.mark.parametrize("call", [_hold, _ask, _forget])


@every
@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_is_decided_and_asked_once(
    server: ScriptedServer, client: DynamoDbClient, call: Call, error_class: str
) -> None:
    # DL-04
    server.script = lambda _request: refuses(error_class)

    if error_class != "ConditionalCheckFailed":
        with pytest.raises(CoordinationUnavailableError):
            call(client)
    elif call is _hold:
        with pytest.raises(LeaseHeldError):
            call(client)
    else:
        assert call(client) is False
    assert len(server.requests) == 1


OPERATORS = {"AccessDenied", "ResourceNotFound", "Validation"}


@every
@pytest.mark.parametrize(
    "error_class", [each for each in ERROR_CLASSES if each != "ConditionalCheckFailed"]
)
def test_the_class_is_the_cause_and_says_whether_an_operator_must_act(
    server: ScriptedServer, client: DynamoDbClient, call: Call, error_class: str
) -> None:
    server.script = lambda _request: refuses(error_class)

    with pytest.raises(CoordinationUnavailableError) as raised:
        call(client)

    needs_operator = isinstance(raised.value, CoordinationMisconfiguredError)
    assert needs_operator is (error_class in OPERATORS)
    assert raised.value.detail
    assert raised.value.detail.removesuffix("Exception") == error_class


@every
def test_a_hang_up_is_told(server: ScriptedServer, client: DynamoDbClient, call: Call) -> None:
    server.script = lambda _request: [HANG_UP]

    with pytest.raises(CoordinationUnavailableError) as raised:
        call(client)

    assert raised.value.detail == "read broken"


def test_the_list_above_knows_the_classes_of_the_installed_sdk(client: Any) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    assert undecided_classes(client, "UpdateItem") <= {"RequestLimitExceeded"}


@every
@pytest.mark.parametrize(
    "pieces",
    [
        says(200, {}),
        says(200, {"Attributes": {}}),
        says(200, {"Attributes": None}),
        says(200, {"Attributes": {"holder": {"S": "another"}, "fence": {"N": "7"}}}),
        says(200, {"Attributes": {"holder": {"S": HOLDER}}}),
        says(200, {"Attributes": {"holder": {"S": HOLDER}, "fence": {"N": "many"}}}),
        says(200, {"Attributes": {"ends_at": {"N": "1"}}}),
        says(200, {"Attributes": "holder"}),
        says(200, []),
        *ANSWERS_OF_OTHERS,
    ],
)
def test_what_is_not_dynamodbs_own_yes_is_an_outage(
    server: ScriptedServer, client: DynamoDbClient, call: Call, pieces: list[bytes]
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(CoordinationUnavailableError):
        call(client)


@pytest.mark.parametrize(("call", "released"), [(_hold, 1), (_ask, 0)])
def test_a_lost_answer_is_asked_for_once_more_under_the_same_name(
    server: ScriptedServer, client: DynamoDbClient, call: Call, released: int
) -> None:
    server.script = lambda request: [HANG_UP] if len(server.requests) == 1 else _yes(request)

    assert call(client)

    names = [_values(request)[":holder"]["S"] for request in server.requests[:2]]
    assert len({*names}) == 1
    assert len(server.requests) == 2 + released


@every
def test_silence_ends_in_time(
    server: ScriptedServer, impatient_client: DynamoDbClient, call: Call, stopwatch: Stopwatch
) -> None:
    # LT-01: three calls of 0.1 s each at most.
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(CoordinationUnavailableError):
        call(impatient_client)

    assert len(server.heard(1)) <= 3


@pytest.mark.parametrize("pieces", [None, refuses("Validation"), [HANG_UP]])
def test_a_holders_name_reaches_no_log_and_no_error(
    server: ScriptedServer,
    client: DynamoDbClient,
    caplog: pytest.LogCaptureFixture,
    pieces: list[bytes] | None,
) -> None:
    # SP-11: also where somebody turned everything to DEBUG.
    if pieces is not None:
        server.script = lambda _request: pieces

    said = everything_said(lambda: _hold(client), caplog)

    assert server.requests
    assert HOLDER not in said
