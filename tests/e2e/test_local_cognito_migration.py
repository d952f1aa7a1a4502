"""The local Cognito's user migration trigger: when it fires, with what, and what is believed."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.triggers import MAX_ATTEMPTS, TRIGGER_LIMIT, Triggers
from authcore_local.cognito.user_flows.on_demand_migration import migrated_profile
from support.gate import AMPLE, Stopwatch
from support.local_pool import (
    CLIENT_ID,
    PASSWORD,
    POOL_ID,
    Browser,
    LocalPool,
    code_of,
    hasty_at_first,
    problem_on,
)


WRONG = "Incorrect username or password."
OLD = "canary-old-password"
ATTRIBUTES = {"email": "bob@example.com", "email_verified": "true", "custom:legacy_uid": "7"}
MIGRATED = {"userAttributes": ATTRIBUTES, "finalUserStatus": "CONFIRMED"}
SHORT = timedelta(milliseconds=50)


class Handler:
    """Knows bob and his old password; keeps what it was called with."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.contexts: list[Any] = []

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        self.events.append(json.loads(json.dumps(event)))
        self.contexts.append(context)
        if (event["userName"], event["request"]["password"]) == ("bob", OLD):
            event["response"] = {**MIGRATED, "messageAction": "SUPPRESS"}
        return event


@contextmanager
def pool_with(
    handler: Callable[[dict[str, Any], Any], object], limit: timedelta = AMPLE
) -> Iterator[LocalPool]:
    with LocalPool(user_migration=handler, trigger_limit=limit) as pool:
        yield pool


def raising(error: Exception) -> Callable[[Any, Any], object]:
    def handler(event: Any, context: Any) -> object:
        raise error

    return handler


class TestWhenItFires:
    """An unknown user and a password."""

    def test_the_event_is_exactly_cognitos(self) -> None:
        handler = Handler()
        with pool_with(handler) as pool:
            Browser(pool).sign_in("bob", OLD)

        assert handler.events == [
            {
                "version": "1",
                "triggerSource": "UserMigration_Authentication",
                "region": "eu-local-1",
                "userPoolId": POOL_ID,
                "userName": "bob",
                "callerContext": {
                    "awsSdkVersion": "aws-sdk-unknown-unknown",
                    "clientId": CLIENT_ID,
                },
                "request": {"password": OLD, "validationData": None, "clientMetadata": None},
                "response": {},
            }
        ]

    def test_a_migrated_user_keeps_the_typed_password_and_is_asked_for_no_more(self) -> None:
        handler = Handler()
        with pool_with(handler) as pool:
            assert code_of(Browser(pool).sign_in("bob", OLD))
            assert code_of(Browser(pool).sign_in("bob", OLD))
            assert problem_on(Browser(pool).sign_in("bob", "wrong")) == WRONG
            bob = pool.cognito.users.find("bob")

        assert bob is not None
        assert (bob.status, bob.attributes) == ("CONFIRMED", ATTRIBUTES)
        assert len(handler.events) == 1

    @pytest.mark.parametrize(("case_sensitive", "named"), [(True, "BOB"), (False, "bob")])
    def test_a_pool_that_ignores_letter_case_names_people_in_lower_case(
        self, case_sensitive: bool, named: str
    ) -> None:
        handler = Handler()
        with LocalPool(user_migration=handler, case_sensitive=case_sensitive) as pool:
            Browser(pool).sign_in("BOB", OLD)

        assert [event["userName"] for event in handler.events] == [named]

    def test_a_known_user_is_never_migrated(self) -> None:
        handler = Handler()
        with pool_with(handler) as pool:
            Browser(pool).sign_in("anna", "wrong")
            Browser(pool).sign_in("anna", PASSWORD)

        assert handler.events == []

    @pytest.mark.parametrize(("username", "password"), [("bob", "wrong"), ("nobody", OLD)])
    def test_an_unchanged_event_means_no_such_user(self, username: str, password: str) -> None:
        with pool_with(Handler()) as pool:
            assert problem_on(Browser(pool).sign_in(username, password)) == WRONG
            assert pool.cognito.users.find(username) is None

    def test_without_final_status_the_password_is_not_kept(self) -> None:
        def handler(event: Any, context: Any) -> object:
            return {**event, "response": {"userAttributes": ATTRIBUTES}}

        with pool_with(handler) as pool:
            for _ in range(2):
                page = Browser(pool).sign_in("bob", OLD)
                assert problem_on(page) == "Password reset required for the user"
            bob = pool.cognito.users.find("bob")

        assert bob is not None
        assert (bob.status, bob.password) == ("RESET_REQUIRED", None)

    def test_two_first_sign_ins_at_once_make_one_user_and_both_get_in(self) -> None:
        # MG-08
        both = threading.Barrier(2)
        inner = Handler()

        def handler(event: Any, context: Any) -> object:
            both.wait(timeout=AMPLE.total_seconds())
            return inner(event, context)

        with pool_with(handler) as pool, ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda _: Browser(pool).sign_in("bob", OLD), range(2)))

        assert [bool(code_of(answer)) for answer in answers] == [True, True]
        assert len(inner.events) == 2

    def test_a_handler_shares_no_object_with_the_pool(self) -> None:
        attributes = dict(ATTRIBUTES)

        def handler(event: Any, context: Any) -> object:
            return {"response": {**MIGRATED, "userAttributes": attributes}}

        with pool_with(handler) as pool:
            Browser(pool).sign_in("bob", OLD)
            attributes["email"] = "changed@example.com"
            bob = pool.cognito.users.find("bob")

        assert bob is not None
        assert bob.attributes["email"] == "bob@example.com"


class TestTheLimit:
    """One invocation has five seconds; a timed-out one is repeated."""

    def test_the_limit_is_five_seconds_and_cannot_be_longer(self) -> None:
        assert Triggers().limit == TRIGGER_LIMIT == timedelta(seconds=5)
        with pytest.raises(ValueError, match="limit"):
            Triggers(limit=timedelta(seconds=6))

    def test_the_handler_is_told_how_long_it_has(self) -> None:
        handler = Handler()
        with pool_with(handler) as pool:
            Browser(pool).sign_in("bob", "wrong")

        left = handler.contexts[0].get_remaining_time_in_millis()
        assert 5000 < left <= AMPLE.total_seconds() * 1000

    def test_a_handler_that_hangs_is_called_three_times_and_given_up(
        self, stopwatch: Stopwatch
    ) -> None:
        calls: list[None] = []
        done = threading.Event()

        def handler(event: Any, context: Any) -> object:
            calls.append(None)
            done.wait(timeout=AMPLE.total_seconds())
            return {**event, "response": MIGRATED}

        with pool_with(handler, SHORT) as pool:
            with stopwatch.below(5):
                page = Browser(pool).sign_in("bob", OLD)
            done.set()

            assert problem_on(page) == "Exception during user migration"
            assert len(calls) == MAX_ATTEMPTS == 3
            assert pool.cognito.users.find("bob") is None

    def test_a_second_attempt_that_answers_in_time_counts(self) -> None:
        inner, first, done = Handler(), threading.Event(), threading.Event()

        def handler(event: Any, context: Any) -> object:
            if not first.is_set():
                first.set()
                done.wait(timeout=AMPLE.total_seconds())
            return inner(event, context)

        with LocalPool(triggers=hasty_at_first(Triggers(user_migration=handler))) as pool:
            answer = Browser(pool).sign_in("bob", OLD)
            done.set()

        assert code_of(answer)

    def test_an_answer_that_comes_too_late_is_ignored(self) -> None:
        done, returned = threading.Event(), threading.Semaphore(0)

        def handler(event: Any, context: Any) -> object:
            done.wait(timeout=AMPLE.total_seconds())
            returned.release()
            return {**event, "response": MIGRATED}

        with pool_with(handler, SHORT) as pool:
            Browser(pool).sign_in("bob", OLD)
            done.set()
            assert all(returned.acquire(timeout=AMPLE.total_seconds()) for _ in range(MAX_ATTEMPTS))

            assert pool.cognito.users.find("bob") is None


class TestFailures:
    """A handler that raises, or answers what Cognito refuses."""

    def test_an_outage_text_is_shown_above_the_prompt_and_markup_stays_text(self) -> None:
        error = RuntimeError("Try <b>later</b>.")
        with pool_with(raising(error)) as pool:
            page = Browser(pool).sign_in("bob", OLD)

        assert page.status == 400
        assert problem_on(page) == "UserMigration failed with error Try <b>later</b>."
        assert b"<b>" not in page.body

    def test_a_handler_that_raises_is_not_called_again(self) -> None:
        calls: list[None] = []

        def handler(event: Any, context: Any) -> object:
            calls.append(None)
            raise RuntimeError

        with pool_with(handler) as pool:
            Browser(pool).sign_in("bob", OLD)

        assert len(calls) == 1

    @pytest.mark.parametrize("answer", [None, [], "event", object(), {"response": None}, {}])
    def test_an_answer_that_is_no_event_signs_nobody_in(self, answer: object) -> None:
        def handler(event: Any, context: Any) -> object:
            return answer

        with pool_with(handler) as pool:
            page = Browser(pool).sign_in("bob", OLD)

            assert page.status == 400
            assert pool.cognito.users.find("bob") is None

    def test_what_a_handler_says_is_shown_to_the_person_and_to_nobody_else(self) -> None:
        # MG-02
        with pool_with(raising(RuntimeError(f"no {OLD}"))) as pool:
            assert OLD in problem_on(Browser(pool).sign_in("bob", OLD))

            assert OLD not in repr(pool.flow.since(0))

    def test_hops_name_every_attempt_and_hold_no_password(self) -> None:
        # MG-02
        with pool_with(Handler()) as pool:
            Browser(pool).sign_in("bob", OLD)
            Browser(pool).sign_in("carl", OLD)
            hops = pool.flow.since(0)

        fired = [hop for hop in hops if hop.receiver == "lambda"]
        assert [hop.request for hop in fired] == ["UserMigration_Authentication"] * 2
        assert OLD not in repr(hops)


CONFIG = PoolConfig(
    region="eu-local-1",
    pool_id=POOL_ID,
    issuer="http://127.0.0.1:8402",
    domain="http://cognito.localhost:8402",
    client_id=CLIENT_ID,
    client_secrets=("secret",),
    callback_urls=("http://127.0.0.1:8401/",),
)


class TestWhatIsBelieved:
    """The ``response`` of the handler's answer."""

    @pytest.mark.parametrize("given", [None, {}, ""])
    def test_no_attributes_mean_no_such_user(self, given: object) -> None:
        response = {**MIGRATED, "userAttributes": given}

        assert migrated_profile(CONFIG, "bob", response) is None

    @pytest.mark.parametrize(
        "change",
        [
            {"finalUserStatus": "RESET_REQUIRED"},
            {"finalUserStatus": "confirmed"},
            {"finalUserStatus": ""},
            {"messageAction": "SEND"},
            {"desiredDeliveryMediums": ["PIGEON"]},
            {"desiredDeliveryMediums": "EMAIL"},
            {"forceAliasCreation": 1},
            {"enableSMSMFA": True},
            {"userAttributes": {"email": 1}},
            {"userAttributes": {"email_verified": True}},
            {"userAttributes": ["email"]},
            {"userAttributes": {"email_verified": "yes"}},
            {"userAttributes": {"username": "other"}},
            {"userAttributes": {"sub": "11111111-2222-4333-8444-555555555555"}},
            {"userAttributes": {"custom:role": "admin"}},
            {"userAttributes": {"legacy_uid": "7"}},
            {"userAttributes": {"custom:legacy_uid": "7" * 2049}},
        ],
    )
    def test_what_cognito_refuses_fails_the_migration(self, change: dict[str, object]) -> None:
        # MG-06
        with pytest.raises(CognitoError) as refused:
            migrated_profile(CONFIG, "bob", {**MIGRATED, **change})

        assert refused.value.kind in {"UserNotFoundException", "InvalidLambdaResponseException"}

    def test_the_typed_name_may_be_repeated_and_is_no_attribute(self) -> None:
        response = {**MIGRATED, "userAttributes": {"username": "bob", "name": "Bob"}}

        profile = migrated_profile(CONFIG, "bob", response)

        assert profile is not None
        assert profile.attributes == {"name": "Bob"}

    def test_an_email_is_unverified_unless_it_says_otherwise(self) -> None:
        response = {**MIGRATED, "userAttributes": {"email": "bob@example.com"}}

        profile = migrated_profile(CONFIG, "bob", response)

        assert profile is not None
        assert profile.attributes["email_verified"] == "false"
