"""One table, several processes of the auth service: a code is sent once among them all."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from authcore.adapters.coordination.dynamodb.replay_cache import DynamoDbReplayCache
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import (
    AttemptRejectedError,
    AuthcoreError,
    LoginLostError,
    ProviderNotReachedError,
)
from authcore.domain.services.sign_in.authorization import parse_authorization_response
from authcore.domain.services.sign_in.sign_in import SignIn
from support.dynamodb_table import TABLE, Table, empty_table, moto_client
from unit.sign_in_world import World


PROCESSES = 4


@pytest.fixture
def table() -> Iterator[Table]:
    with moto_client() as client, empty_table(client) as table:
        yield table


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def processes(world: World, table: Table) -> list[SignIn]:
    def process() -> SignIn:
        seen = DynamoDbReplayCache(
            client=table.client, table=TABLE, clock=world.clock, entropy=SystemEntropy()
        )
        return world.sign_in(replay_cache=seen)

    return [process() for _ in range(PROCESSES)]


def test_a_callback_that_comes_to_every_process_at_once_is_sent_once(
    world: World, processes: list[SignIn]
) -> None:
    # SP-01
    start = processes[0].begin(None)
    answer = world.callback(start)
    together = Barrier(PROCESSES)

    def outcome(process: SignIn) -> str:
        together.wait(timeout=60)
        try:
            return process.complete(start.attempt, parse_authorization_response(answer)).target
        except AuthcoreError as error:
            return error.code

    with ThreadPoolExecutor(PROCESSES) as threads:
        outcomes = sorted(threads.map(outcome, processes))

    assert outcomes == ["https://cms.example.com/", *["login_attempt"] * (PROCESSES - 1)]
    assert len(world.exchanger.sent) == 1


def test_a_code_that_never_left_one_process_can_be_sent_by_another(
    world: World, processes: list[SignIn]
) -> None:
    # SP-08
    one, other, *_ = processes
    start = one.begin(None)
    answer = world.callback(start)
    world.exchanger.reachable = False
    with pytest.raises(ProviderNotReachedError):
        one.complete(start.attempt, parse_authorization_response(answer))
    world.exchanger.reachable = True

    assert other.complete(start.attempt, parse_authorization_response(answer)).target
    with pytest.raises(AttemptRejectedError):
        one.complete(start.attempt, parse_authorization_response(answer))


def test_without_the_table_no_code_is_sent(
    world: World, processes: list[SignIn], table: Table
) -> None:
    start = processes[0].begin(None)
    answer = world.callback(start)
    table.drop()

    with pytest.raises(LoginLostError):
        processes[0].complete(start.attempt, parse_authorization_response(answer))
    assert world.exchanger.sent == []
