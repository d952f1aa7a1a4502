"""The trigger functions against a legacy system, a pool and a table that never answer."""

import copy
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any, Final

import pytest

from authcore.adapters.correlation import correlate, current
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda import account_linking, pre_sign_up, pre_token_generation
from authcore_lambda.deadlines.adapters import TimedUserDirectory
from authcore_lambda.deadlines.deadline import BoundedCaller, Deadline
from authcore_lambda.events.types import OUTAGE_TEXT
from authcore_lambda.pre_sign_up import SignUpRefusedError
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from support import unhurried
from support.gate import AMPLE, Stopwatch
from support.scripted_server import SILENCE, ScriptedServer, answer, deaf_server
from support.unhurried import Unhurried
from unit.trigger_world import EXTERNAL, NATIVE, POOL_ID, SUBJECT, Left, trigger_event


API_KEY: Final = "canary-key"
CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
LIMIT: Final = 4.0
"""Seconds for everything, the building of clients included."""

LITTLE: Final = Left(350)
"""Milliseconds: 100 for the calls."""

BRIEF: Final = timedelta(seconds=0.15)


@pytest.fixture(name="silent")
def _silent() -> Iterator[ScriptedServer]:
    """Takes requests and says nothing."""
    with ScriptedServer(lambda _: SILENCE) as server:
        yield server


@pytest.fixture(name="deaf")
def _deaf() -> Iterator[str]:
    with deaf_server() as url:
        yield url


@pytest.fixture(name="http")
def _http() -> Iterator[HttpClient]:
    client = HttpClient(within=AMPLE, max_bytes=MAX_LINK_ANSWER_BYTES)
    with closing(client):
        yield client


@pytest.fixture(name="legacy")
def _legacy() -> LegacySystem:
    return LegacySystem((), API_KEY)


def variables(legacy: str, cognito: str, **more: str) -> dict[str, str]:
    return {
        "AUTHCORE_COGNITO_REGION": "eu-west-1",
        "AUTHCORE_COGNITO_ENDPOINT_URL": cognito,
        "AUTHCORE_LEGACY_URL": legacy,
        "AUTHCORE_LEGACY_API_KEY": API_KEY,
        "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google",
        **more,
    }


def test_with_everything_silent_linking_is_postponed_in_time(
    silent: ScriptedServer,
    http: HttpClient,
    caplog: pytest.LogCaptureFixture,
    stopwatch: Stopwatch,
) -> None:
    # LT-01, LT-04
    audit = InMemoryAuditLog()
    event = trigger_event(CONFIRMED, EXTERNAL)
    before = copy.deepcopy(event)
    shorter = {} if stopwatch.measures else {"AUTHCORE_LINKING_BUDGET": "1"}
    settings = variables(silent.url, silent.url, **shorter)

    with caplog.at_level(logging.DEBUG), stopwatch.below(LIMIT, above=2.0):
        started = monotonic()
        trigger = account_linking.build_handler(settings, audit=audit, http=http)
        answered = trigger(event, Left(30_000), started=started)

    assert answered == before
    assert [event.reason for event in audit.events] == ["legacy_unavailable"]
    assert "canary" not in caplog.text + repr(audit.events)


@pytest.mark.parametrize("how", ["silent", "deaf"])
def test_a_pool_that_hangs_after_the_legacy_system_answered_is_given_up_in_time(
    request: pytest.FixtureRequest, how: str, legacy: LegacySystem, stopwatch: Stopwatch
) -> None:
    """The next sign-in finds the account by its Cognito id."""
    # LT-01, LT-02, LT-06
    hung = request.getfixturevalue(how)
    audit = InMemoryAuditLog()
    event = trigger_event(CONFIRMED, EXTERNAL)
    within = timedelta(seconds=4) if stopwatch.measures else AMPLE
    http = HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)
    with LoopbackServer(legacy.app) as server, closing(http):
        settings = variables(server.url, hung if isinstance(hung, str) else hung.url)
        trigger = (
            account_linking.build_handler(settings, audit=audit, http=http)
            if stopwatch.measures
            else unhurried.account_linking(settings, audit=audit, http=http, pool_within=BRIEF)
        )
        for _ in range(2):
            with stopwatch.below(2.0):
                answered = trigger(event, Left(5000) if stopwatch.measures else None)
            assert answered == event

    assert [event.reason for event in audit.events] == ["provider_unavailable"] * 2
    assert len(legacy.accounts()) == 1


def test_with_everything_silent_a_sign_up_is_refused_in_time(
    silent: ScriptedServer, http: HttpClient, stopwatch: Stopwatch
) -> None:
    # LT-01
    trigger = pre_sign_up.build_handler(
        variables(silent.url, silent.url), audit=InMemoryAuditLog(), http=http
    )
    left = Left(30_000) if stopwatch.measures else LITTLE

    with (
        stopwatch.below(LIMIT),
        pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$"),
    ):
        trigger(trigger_event("PreSignUp_SignUp"), left)


@pytest.mark.parametrize("how", ["silent", "deaf"])
def test_with_the_pool_hung_an_external_user_passes_in_time(
    request: pytest.FixtureRequest, how: str, http: HttpClient, stopwatch: Stopwatch
) -> None:
    # LT-01
    hung = request.getfixturevalue(how)
    url = hung if isinstance(hung, str) else hung.url
    settings = variables(url, url, AUTHCORE_PRE_SIGN_UP_LINK_NATIVE="on")
    trigger = pre_sign_up.build_handler(settings, audit=InMemoryAuditLog(), http=http)
    attributes = {"email": "jane@bath.example", "email_verified": "true"}
    event = trigger_event("PreSignUp_ExternalProvider", attributes, username="Google_1")

    with stopwatch.below(LIMIT):
        answered = trigger(event, Left(5000) if stopwatch.measures else LITTLE)

    assert answered == event


@pytest.mark.parametrize("how", ["silent", "deaf"])
def test_with_the_pool_hung_the_token_comes_in_time(
    request: pytest.FixtureRequest, how: str, stopwatch: Stopwatch
) -> None:
    # LT-01
    hung = request.getfixturevalue(how)
    url = hung if isinstance(hung, str) else hung.url
    trigger = pre_token_generation.build_handler(variables(url, url), audit=InMemoryAuditLog())
    event = trigger_event("TokenGeneration_HostedAuth", EXTERNAL)

    with stopwatch.below(2.0):
        answered = trigger(event, Left(5000) if stopwatch.measures else LITTLE)

    unproven = {"claimsToSuppress": ["custom:legacy_uid", "custom:legacy_linked"]}
    assert answered == {**event, "response": {"claimsOverrideDetails": unproven}}


@pytest.mark.parametrize("how", ["silent", "deaf"])
def test_with_the_legacy_system_hung_the_token_of_an_unlinked_native_user_comes_in_time(
    request: pytest.FixtureRequest,
    how: str,
    stopwatch: Stopwatch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who asks for it waits five seconds."""
    # LT-01
    hung = request.getfixturevalue(how)
    url = hung if isinstance(hung, str) else hung.url
    held = {**NATIVE, "custom:legacy_uid": "1813"}
    shown = [{"Name": name, "Value": value} for name, value in held.items() if ":user_" not in name]
    user = {
        "Username": "elizabeth",
        "UserAttributes": shown,
        "Enabled": True,
        "UserStatus": "CONFIRMED",
    }
    found = answer(200, json.dumps(user).encode(), media_type="application/x-amz-json-1.1")
    audit = InMemoryAuditLog()
    if not stopwatch.measures:
        monkeypatch.setattr(pre_token_generation, "BUDGET", AMPLE)
    within = timedelta(seconds=4) if stopwatch.measures else BRIEF
    http = HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)
    with ScriptedServer(lambda _: [found]) as pool, closing(http):
        trigger = pre_token_generation.build_handler(
            variables(url, pool.url), audit=audit, http=http
        )
        event = trigger_event("TokenGeneration_HostedAuth", held)
        asked = trigger if stopwatch.measures else Unhurried(trigger)
        with stopwatch.below(3.0):
            answered = asked(event, Left(5000) if stopwatch.measures else None)

    assert answered["response"]["claimsOverrideDetails"] == {
        "claimsToSuppress": ["custom:legacy_uid", "custom:legacy_linked"]
    }
    assert [event.reason for event in audit.events] == ["legacy_unavailable"]


def test_a_function_with_little_time_left_does_not_use_more(
    silent: ScriptedServer, http: HttpClient, stopwatch: Stopwatch
) -> None:
    # LT-01
    audit = InMemoryAuditLog()
    trigger = account_linking.build_handler(
        variables(silent.url, silent.url), audit=audit, http=http
    )

    with stopwatch.below(1.6):
        trigger(trigger_event(CONFIRMED, EXTERNAL), Left(1600))

    assert [event.reason for event in audit.events] == ["legacy_unavailable"]


class Stuck(InMemoryUserDirectory):
    """As a client whose endpoint has many addresses, each of them deaf."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def find(self, username: str) -> DirectoryUser | None:
        self.over.wait()
        return None


@pytest.fixture(name="stuck")
def _stuck() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.over.set()


def test_a_client_that_outlasts_its_own_timeouts_is_given_up_however_many_calls_hang(
    stuck: Stuck, stopwatch: Stopwatch
) -> None:
    # LT-01
    bounded_caller = BoundedCaller("Cognito", ProviderUnavailableError)

    with stopwatch.below(1.0):
        for _ in range(6):
            time = Deadline(timedelta(milliseconds=300), None)
            with pytest.raises(ProviderUnavailableError):
                TimedUserDirectory(stuck, time, bounded_caller).find("elizabeth")


def test_no_call_begins_without_time() -> None:
    asked: list[Any] = []

    for left in (timedelta(0), timedelta(seconds=-1)):
        with pytest.raises(ProviderUnavailableError):
            BoundedCaller("Cognito", ProviderUnavailableError).call(lambda: asked.append(1), left)

    assert asked == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (account_linking, "PostAuthentication_Authentication"),
        (pre_token_generation, "TokenGeneration_RefreshTokens"),
    ],
)
def test_an_old_system_that_hangs_keeps_no_linked_user_waiting(
    silent: ScriptedServer,
    http: HttpClient,
    stopwatch: Stopwatch,
    module: Any,
    source: str,
) -> None:
    """Where the pool owns fields; the next sign-in tells what this one could not."""
    # LT-01, LT-06
    audit = InMemoryAuditLog()
    proofs = LinkProofs((bytes(32),), POOL_ID)
    linked = {"custom:legacy_uid": "1", "custom:legacy_linked": proofs.prove_link(SUBJECT, "1")}
    settings = variables(silent.url, silent.url, AUTHCORE_SYNC_FIELDS="none")

    with stopwatch.below(2.0, above=0.5):
        trigger = module.build_handler(settings, audit=audit, http=http)
        trigger(trigger_event(source, {**NATIVE, **linked}), Left(30_000), started=monotonic())

    assert [(e.action, e.reason) for e in audit.events if e.outcome == "unavailable"] == [
        ("profile.update", "legacy_unavailable")
    ]


def test_a_call_in_another_thread_keeps_the_ids_of_the_invocation() -> None:
    def request_id() -> str | None:
        found = current()
        return None if found is None else found.request_id

    with correlate("4bf92f35"):
        called = BoundedCaller("Cognito", ProviderUnavailableError).call(request_id, AMPLE)

    assert called == "4bf92f35"
