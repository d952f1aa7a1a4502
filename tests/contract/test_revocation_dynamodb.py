"""Revocations in DynamoDB: under the port's suite on moto, and over a real socket."""

from ast import literal_eval
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any, Final

import pytest

from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore
from authcore.adapters.coordination.dynamodb.table import DynamoDbClient
from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.testing.contracts.revocation import HOUR, SharedRevocationListContract, access_claims
from authcore.testing.fakes.system import FrozenClock
from support.dynamodb_table import (
    ANSWERS_OF_OTHERS,
    ERROR_CLASSES,
    TABLE,
    CallCounter,
    Interruption,
    LosesAnswers,
    OnMotoTable,
    Table,
    read_call,
    refuses,
    says,
    undecided_classes,
)
from support.gate import Stopwatch, sampled
from support.scripted_server import SILENCE, ScriptedServer


NOW: Final = FrozenClock().now()
SECOND: Final = timedelta(seconds=1)
USER: Final = "revoked#user#anna"
SESSION: Final = "revoked#session#sign-in-1"
PAIRS: Final = [(moment, end) for moment in range(3) for end in range(3)]


def _list(client: DynamoDbClient, clock: Clock | None = None) -> DynamoDbRevocationList:
    return DynamoDbRevocationList(client=client, table=TABLE, clock=clock or FrozenClock())


class TestDynamoDbRevocationList(OnMotoTable, SharedRevocationListContract):
    @pytest.fixture
    def revocations(self, table: Table, clock: FrozenClock) -> RevocationList:
        return _list(table.client, clock)

    @pytest.fixture
    def revocations_clock(self, clock: FrozenClock) -> Clock:
        return clock

    def test_every_question_is_one_call(self, table: Table, clock: FrozenClock) -> None:
        # DL-04
        counter = CallCounter(table.client)
        revocations = _list(counter, clock)
        revocations.is_revoked(access_claims(NOW))
        revocations.is_revoked(access_claims(NOW, origin_jti=None))
        revocations.is_user_revoked("anna")
        assert counter.calls == ["batch_get_item"] * 3

        revocations.revoke_session("sign-in-1", until=NOW + HOUR)
        revocations.revoke_user("anna", signed_in_until=NOW, until=NOW + HOUR)
        assert counter.calls[3:] == ["update_item"] * 2

        revocations.revoke_user("anna", signed_in_until=NOW - HOUR, until=NOW + 2 * HOUR)
        assert counter.calls[5:] == ["update_item"] * 4

    def test_clocks_a_second_apart_admit_nobody_early(
        self, table: Table, revocations: RevocationList, clock: FrozenClock
    ) -> None:
        # RF-08
        ahead = FrozenClock(clock.now() + SECOND)
        revocations.revoke_session("sign-in-1", until=NOW + HOUR)
        revocations.revoke_user("berta", signed_in_until=NOW, until=NOW + HOUR)
        ahead.advance(HOUR - timedelta(milliseconds=1))

        assert _list(table.client, ahead).is_revoked(access_claims(NOW))
        assert _list(table.client, ahead).is_revoked(access_claims(NOW, subject="berta"))
        assert _list(table.client, ahead).is_user_revoked("berta")

    @pytest.mark.parametrize("microseconds", [0, 1, 499, 500, 999])
    def test_no_fraction_of_a_second_saves_a_session(
        self, revocations: RevocationList, microseconds: int
    ) -> None:
        # RF-08
        moment = NOW + timedelta(microseconds=microseconds)
        revocations.revoke_user("anna", signed_in_until=moment, until=NOW + HOUR)

        assert revocations.is_revoked(access_claims(NOW, origin_jti=None))

    def test_ttl_leaves_an_entry_a_day_beyond_its_end(
        self, table: Table, revocations: RevocationList
    ) -> None:
        """``expires`` is what the table's TTL goes by: whole seconds since 1970."""
        revocations.revoke_session("sign-in-1", until=NOW + HOUR)
        revocations.revoke_user("anna", signed_in_until=NOW, until=NOW)
        revocations.revoke_user("anna", signed_in_until=NOW - HOUR, until=NOW + HOUR)

        expiries = {item["pk"]["S"]: int(item["expires"]["N"]) for item in table.items()}
        day_after = int((NOW + HOUR).timestamp()) + 86_400
        assert expiries == {USER: day_after, SESSION: day_after}

    @pytest.mark.parametrize("between", sampled([*product([0, 1, 2], PAIRS)], of=6), ids=str)
    def test_whoever_comes_in_between_neither_lowers_nor_is_lowered(
        self, table: Table, between: tuple[int, tuple[int, int]]
    ) -> None:
        # RF-08
        before, theirs = between

        def revoke(client: DynamoDbClient, subject: str, moment: int, end: int) -> None:
            _list(client).revoke_user(
                subject, signed_in_until=NOW + moment * SECOND, until=NOW + end * SECOND
            )

        for ours in PAIRS:
            subject = f"anna-{ours}"
            meanwhile = partial(revoke, table.raw, subject, *theirs)
            interruption = Interruption(table.raw, before=before, by=meanwhile)
            revoke(table.raw, subject, 1, 1)
            revoke(interruption, subject, *ours)
            if not interruption.is_over:
                meanwhile()

        begun = int(NOW.timestamp())
        for item in table.items():
            ours = literal_eval(item["pk"]["S"].partition("-")[2])
            kept = [int(item[name]["N"]) // 1000 for name in ("signed_in_until", "ends_at")]
            assert kept == [begun + max(1, *each) for each in zip(theirs, ours, strict=True)]

    def test_what_was_revoked_although_the_answer_was_lost_is_revoked(
        self, table: Table, revocations: RevocationList, clock: FrozenClock
    ) -> None:
        unlucky = _list(LosesAnswers(table.client, lost=3), clock)
        with pytest.raises(CoordinationUnavailableError):
            unlucky.revoke_session("sign-in-1", until=NOW + HOUR)
        with pytest.raises(CoordinationUnavailableError):
            unlucky.revoke_user("berta", signed_in_until=NOW, until=NOW + HOUR)
        with pytest.raises(CoordinationUnavailableError):
            unlucky.is_revoked(access_claims(NOW))

        assert revocations.is_revoked(access_claims(NOW))
        assert revocations.is_revoked(access_claims(NOW, subject="berta", origin_jti=None))

    def test_a_name_of_one_kind_is_none_of_another(
        self, table: Table, revocations: RevocationList
    ) -> None:
        revocations.revoke_session("anna", until=NOW + HOUR)
        DynamoDbSealedStore(client=table.client, table=TABLE, clock=FrozenClock()).put(
            "anna", "text", until=NOW + HOUR
        )

        assert not revocations.is_revoked(access_claims(NOW, origin_jti="sign-in-1"))
        assert revocations.is_revoked(access_claims(NOW, origin_jti="anna"))

    def test_an_entry_that_somebody_else_made_is_no_answer(
        self, table: Table, revocations: RevocationList
    ) -> None:
        for odd in (
            {},
            {"signed_in_until": {"N": "1"}},
            {"ends_at": {"S": "later"}},
            {"ends_at": {"N": "99999999999999"}},
            {"ends_at": {"N": "99999999999999"}, "signed_in_until": {"S": "x"}},
        ):
            table.raw.put_item(TableName=TABLE, Item={"pk": {"S": USER}, **odd})
            with pytest.raises(CoordinationUnavailableError):
                revocations.is_revoked(access_claims(NOW))
            with pytest.raises(CoordinationUnavailableError):
                revocations.is_user_revoked("anna")


@pytest.fixture
def server(dynamodb: ScriptedServer) -> ScriptedServer:
    return dynamodb.restart(_yes)


def _entry(pk: str, **more: int) -> dict[str, Any]:
    numbers = {name: {"N": str(value)} for name, value in more.items()}
    return {"pk": {"S": pk}, "ends_at": {"N": "99999999999999"}, **numbers}


def _found(*entries: object) -> dict[str, Any]:
    return {"Responses": {TABLE: entries}, "UnprocessedKeys": {}}


def _yes(request: bytes) -> list[bytes]:
    operation, members = read_call(request)
    if operation == "BatchGetItem":
        return says(200, _found(_entry(SESSION)))
    values = members["ExpressionAttributeValues"]
    written = {"ends_at": values.get(":end"), "signed_in_until": values.get(":moment")}
    return says(200, {"Attributes": {name: value for name, value in written.items() if value}})


def _ask(client: DynamoDbClient) -> object:
    return _list(client).is_revoked(access_claims(NOW))


def _ask_about_user(client: DynamoDbClient) -> object:
    return _list(client).is_user_revoked("anna")


def _revoke_session(client: DynamoDbClient) -> None:
    _list(client).revoke_session("sign-in-1", until=NOW + HOUR)


def _revoke_user(client: DynamoDbClient) -> None:
    _list(client).revoke_user("anna", signed_in_until=NOW, until=NOW + HOUR)


Call = Callable[[DynamoDbClient], object]
CALLS: list[Call] = [_ask, _ask_about_user, _revoke_session, _revoke_user]
every_call = pytest.mark.parametrize("call", CALLS)


def test_session_and_user_are_asked_about_together_and_consistently(
    server: ScriptedServer, client: DynamoDbClient
) -> None:
    assert _ask(client) is True
    _revoke_user(client)

    operation, members = read_call(server.requests[0])
    assert operation == "BatchGetItem"
    wanted = members["RequestItems"][TABLE]
    assert wanted["ConsistentRead"] is True
    assert wanted["Keys"] == [{"pk": {"S": USER}}, {"pk": {"S": SESSION}}]
    assert len(server.requests) == 2


@every_call
@pytest.mark.parametrize("error_class", ERROR_CLASSES)
def test_every_error_class_is_decided(
    server: ScriptedServer, client: DynamoDbClient, call: Call, error_class: str
) -> None:
    # DL-04
    server.script = lambda _request: refuses(error_class)

    if call in (_revoke_session, _revoke_user) and error_class == "ConditionalCheckFailed":
        call(client)
        assert len(server.requests) == (4 if call is _revoke_user else 1)
    else:
        with pytest.raises(CoordinationUnavailableError):
            call(client)
        assert len(server.requests) == 1


def test_the_list_above_knows_the_classes_of_the_installed_sdk(client: Any) -> None:
    """A class that a new SDK brings is looked at before it is trusted to mean "later"."""
    assert undecided_classes(client, "BatchGetItem") <= {"RequestLimitExceeded"}


@every_call
@pytest.mark.parametrize(
    "pieces",
    [
        says(200, {}),
        says(200, []),
        says(200, None),
        says(200, {"Responses": {}, "UnprocessedKeys": {}}),
        says(200, {"Responses": {"another": []}, "UnprocessedKeys": {}}),
        says(200, {"Attributes": {}}),
        says(200, {"Attributes": {"ends_at": {"N": "1"}, "signed_in_until": {"N": "1"}}}),
        *ANSWERS_OF_OTHERS,
    ],
)
def test_what_is_not_dynamodbs_own_answer_is_an_outage(
    server: ScriptedServer, client: DynamoDbClient, call: Call, pieces: list[bytes]
) -> None:
    server.script = lambda _request: pieces

    with pytest.raises(CoordinationUnavailableError):
        call(client)


@pytest.mark.parametrize(
    "members",
    [
        {"Responses": {TABLE: []}},
        {"Responses": {TABLE: None}, "UnprocessedKeys": {}},
        {"Responses": {TABLE: "none"}, "UnprocessedKeys": {}},
        _found(None),
        _found({}),
        _found(_entry("revoked#session#sign-in-2")),
        _found({"pk": {"N": "1"}, "ends_at": {"N": "1"}}),
        _found({"pk": {"S": SESSION}}),
        _found({"pk": {"S": SESSION}, "ends_at": {"N": "soon"}}),
        _found(_entry(USER)),
    ],
)
def test_an_answer_that_leaves_something_open_is_an_outage(
    server: ScriptedServer, client: DynamoDbClient, members: object
) -> None:
    server.script = lambda _request: says(200, members)

    with pytest.raises(CoordinationUnavailableError):
        _ask(client)


@pytest.mark.parametrize("unprocessed", [USER, SESSION])
def test_keys_that_dynamodb_did_not_get_round_to_are_an_outage(
    server: ScriptedServer, client: DynamoDbClient, unprocessed: str
) -> None:
    # DL-04: it answers so where it throttles a part.
    left = {TABLE: {"Keys": [{"pk": {"S": unprocessed}}], "ConsistentRead": True}}
    server.script = lambda _request: says(200, _found() | {"UnprocessedKeys": left})

    with pytest.raises(CoordinationUnavailableError):
        _ask(client)
    assert len(server.requests) == 1


def test_nobody_is_revoked_where_dynamodb_finds_nothing(
    server: ScriptedServer, client: DynamoDbClient
) -> None:
    server.script = lambda _request: says(200, _found())

    assert _ask(client) is False


@every_call
def test_silence_ends_in_time(
    server: ScriptedServer, impatient_client: DynamoDbClient, call: Call, stopwatch: Stopwatch
) -> None:
    # LT-01
    server.script = lambda _request: SILENCE

    with stopwatch.below(2), pytest.raises(CoordinationUnavailableError):
        call(impatient_client)

    assert len(server.heard(1)) == 1
