"""What only an operator can repair: one audit line that names it, and users see an outage."""

import copy
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda import (
    account_linking,
    pre_sign_up,
    pre_token_generation,
    profile_sync,
    user_migration,
)
from authcore_lambda.events.types import OUTAGE_TEXT, Event
from authcore_lambda.lazy_function import LazyFunction
from authcore_lambda.link_failures import BLOCKED_TEXT, LinkingFailedError
from authcore_lambda.pre_sign_up import SignUpRefusedError
from authcore_lambda.user_migration import MigrationUnavailableError
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.servers import LoopbackServer
from support import migration_door
from support.cognito_wire import refuses
from support.gate import AMPLE
from support.scripted_server import ScriptedServer, answer
from support.unhurried import Unhurried
from unit.trigger_world import EXTERNAL, NATIVE, trigger_event


API_KEY: Final = "canary-key"
CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
AUTHENTICATED: Final = "PostAuthentication_Authentication"
TOKEN: Final = "TokenGeneration_HostedAuth"
REFUSES_KEY: Final = answer(401, b'{"status": "rejected"}')

POOL: Final = {
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
    "AUTHCORE_COGNITO_CLIENT_ID": "client",
}
OF_COGNITO: Final = ("misconfigured", "provider_misconfigured", "AccessDeniedException")
OF_LEGACY: Final = ("misconfigured", "legacy_misconfigured", "HTTP 401")


class World:
    """A pool that lets no role in, and a legacy system."""

    def __init__(self, legacy_url: str, cognito_url: str, http: HttpClient) -> None:
        self.audit = InMemoryAuditLog()
        self.http = http
        self.variables = {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_COGNITO_ENDPOINT_URL": cognito_url,
            "AUTHCORE_LEGACY_URL": legacy_url,
            "AUTHCORE_LEGACY_API_KEY": API_KEY,
            "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google",
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
            "AUTHCORE_PRE_SIGN_UP_LINK_NATIVE": "on",
        }

    def ask(self, module: Any, event: Event, **more: str) -> Any:
        trigger = module.build_handler({**self.variables, **more}, audit=self.audit, http=self.http)
        return Unhurried(trigger)(event)

    def lines(self) -> list[tuple[str, str, str, str | None]]:
        return [(e.action, e.outcome, e.reason, e.detail) for e in self.audit.events]


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    """The legacy system works."""
    with ExitStack() as stack:
        legacy = stack.enter_context(LoopbackServer(LegacySystem((), API_KEY).app))
        pool = stack.enter_context(ScriptedServer(lambda _: refuses("AccessDenied")))
        http = HttpClient(within=AMPLE, max_bytes=MAX_LINK_ANSWER_BYTES)
        yield World(legacy.url, pool.url, stack.enter_context(closing(http)))


@pytest.fixture(name="wrong_key")
def _wrong_key() -> Iterator[World]:
    """The legacy system knows no such key."""
    with ExitStack() as stack:
        legacy = stack.enter_context(ScriptedServer(lambda _: [REFUSES_KEY]))
        pool = stack.enter_context(ScriptedServer(lambda _: refuses("AccessDenied")))
        http = HttpClient(within=AMPLE, max_bytes=MAX_LINK_ANSWER_BYTES)
        yield World(legacy.url, pool.url, stack.enter_context(closing(http)))


@pytest.mark.parametrize("source", [CONFIRMED, AUTHENTICATED])
@pytest.mark.parametrize("attributes", [NATIVE, EXTERNAL], ids=["native", "external"])
def test_linking_without_permission_on_the_pool(
    world: World, source: str, attributes: dict[str, Any]
) -> None:
    # LT-06, AL-08
    event = trigger_event(source, dict(attributes))
    before = copy.deepcopy(event)

    assert world.ask(account_linking, event) == before
    assert world.lines() == [("account_linking.postponed", *OF_COGNITO)]


def test_linking_without_permission_keeps_users_out_only_where_the_policy_says_so(
    world: World,
) -> None:
    # LT-06
    with pytest.raises(LinkingFailedError, match=f"^{BLOCKED_TEXT}$"):
        world.ask(
            account_linking,
            trigger_event(CONFIRMED, EXTERNAL),
            AUTHCORE_LINKING_ON_FAILURE="block",
        )

    assert world.lines() == [("account_linking.postponed", *OF_COGNITO)]


def test_a_refusal_that_the_pool_does_not_let_us_keep_has_a_line_of_its_own(world: World) -> None:
    # LT-06
    event = trigger_event(AUTHENTICATED, {**NATIVE, "custom:legacy_uid": "no such account"})

    assert world.ask(account_linking, event) == event
    assert world.lines() == [
        ("account_linking.unmarked", *OF_COGNITO),
        ("account_linking.refused", "rejected", "link_unproven", None),
    ]


def test_a_pool_without_our_attributes_keeps_no_user_out(wrong_key: World) -> None:
    """The legacy side is written, so the link stands; only the proof has to wait."""
    # LT-06
    event = trigger_event(CONFIRMED, EXTERNAL)
    with (
        LoopbackServer(LegacySystem((), API_KEY).app) as legacy,
        ScriptedServer(lambda _: refuses("InvalidParameter")) as pool,
    ):
        wrong_key.variables["AUTHCORE_LEGACY_URL"] = legacy.url
        wrong_key.variables["AUTHCORE_COGNITO_ENDPOINT_URL"] = pool.url
        assert wrong_key.ask(account_linking, event, AUTHCORE_LINKING_ON_FAILURE="block") == event

    missing = ("misconfigured", "provider_misconfigured", "InvalidParameterException")
    assert wrong_key.lines() == [
        ("account_linking.unmarked", *missing),
        ("account_linking.created", "accepted", "ok", None),
    ]


@pytest.mark.parametrize("attributes", [NATIVE, EXTERNAL], ids=["native", "external"])
def test_a_token_without_permission_on_the_pool(
    world: World, wrong_key: World, attributes: dict[str, Any]
) -> None:
    """The token is that of an outage."""
    # LT-06
    event = trigger_event(TOKEN, dict(attributes))
    with ScriptedServer(lambda _: refuses("InternalError")) as pool:
        wrong_key.variables["AUTHCORE_COGNITO_ENDPOINT_URL"] = pool.url
        in_an_outage = wrong_key.ask(pre_token_generation, event)

    assert world.ask(pre_token_generation, event) == in_an_outage
    assert world.lines() == [("token.claims", *OF_COGNITO)]


def test_native_linking_without_permission_on_the_pool(world: World) -> None:
    attributes = {"email": "jane@bath.example", "email_verified": "true"}
    event = trigger_event("PreSignUp_ExternalProvider", attributes, username="Google_1")

    assert world.ask(pre_sign_up, event) == event
    assert world.lines() == [("native.link", *OF_COGNITO)]


def test_a_sign_up_with_a_wrong_key_of_the_legacy_system(wrong_key: World) -> None:
    with pytest.raises(SignUpRefusedError, match=f"^{OUTAGE_TEXT}$"):
        wrong_key.ask(pre_sign_up, trigger_event("PreSignUp_SignUp"))

    assert wrong_key.lines() == [("sign_up", *OF_LEGACY)]


CHANGED: Final = {"messageId": "m0", "body": '{"legacy_uid": "1847"}'}
COMES_AGAIN: Final = {"batchItemFailures": [{"itemIdentifier": "m0"}]}


def test_a_changed_profile_with_a_wrong_key_of_the_legacy_system(wrong_key: World) -> None:
    # PS-05
    answered = profile_sync.build_handler(
        {**wrong_key.variables, **POOL}, audit=wrong_key.audit, http=wrong_key.http
    )({"Records": [CHANGED]}, None)

    assert answered == COMES_AGAIN
    assert wrong_key.lines() == [("profile_sync", *OF_LEGACY)]


def test_a_changed_profile_without_permission_on_the_pool(world: World) -> None:
    # PS-05
    legacy = LegacySystem(SEED_USERS, API_KEY)
    legacy.link("1847", "00000000-0000-4000-8000-000000000001")
    with LoopbackServer(legacy.app) as server:
        variables = {**world.variables, **POOL, "AUTHCORE_LEGACY_URL": server.url}
        function = profile_sync.build_handler(variables, audit=world.audit, http=world.http)
        assert function({"Records": [CHANGED]}, None) == COMES_AGAIN

    assert world.lines() == [("profile_sync", *OF_COGNITO)]


@pytest.mark.parametrize("source", migration_door.SOURCES)
def test_a_migration_with_a_wrong_key_of_the_legacy_system(wrong_key: World, source: str) -> None:
    event = migration_door.event(source, "jane", "canary-password")

    with pytest.raises(MigrationUnavailableError, match=f"^{OUTAGE_TEXT}$"):
        wrong_key.ask(user_migration, event)

    action = "authenticate" if source == migration_door.SOURCES[0] else "forgot_password"
    assert wrong_key.lines() == [(f"user_migration.{action}", *OF_LEGACY)]


def test_linking_with_a_wrong_key_of_the_legacy_system(wrong_key: World) -> None:
    event = trigger_event(CONFIRMED, EXTERNAL)

    assert wrong_key.ask(account_linking, event) == event
    assert wrong_key.lines() == [("account_linking.postponed", *OF_LEGACY)]


@pytest.mark.parametrize(
    ("error_class", "outcome", "reason"),
    [
        ("ResourceNotFound", "misconfigured", "provider_misconfigured"),
        ("InvalidSignature", "misconfigured", "provider_misconfigured"),
        ("TooManyRequests", "unavailable", "provider_unavailable"),
        ("InternalError", "unavailable", "provider_unavailable"),
        ("OperationNotEnabled", "unavailable", "provider_unavailable"),
    ],
)
def test_each_cause_at_the_pool_has_its_own_line(
    wrong_key: World, error_class: str, outcome: str, reason: str
) -> None:
    with ScriptedServer(lambda _: refuses(error_class)) as pool:
        wrong_key.variables["AUTHCORE_COGNITO_ENDPOINT_URL"] = pool.url
        wrong_key.ask(pre_token_generation, trigger_event(TOKEN, EXTERNAL))

    assert wrong_key.lines() == [("token.claims", outcome, reason, f"{error_class}Exception")]


def test_settings_that_cannot_work_have_a_line_for_every_event(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUTHCORE_LEGACY_URL", raising=False)
    handler = LazyFunction("tested", account_linking.build_handler, lambda event, _: event)

    with caplog.at_level(logging.INFO):
        for _ in range(2):
            assert handler({"a": 1}, None) == {"a": 1}

    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == "authcore.audit"]
    assert [(line["action"], line["outcome"], line["reason"]) for line in lines] == [
        ("function.settings", "misconfigured", "configuration")
    ] * 2


def test_a_function_that_a_fault_keeps_from_starting_has_a_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: object) -> Any:
        raise KeyError("canary")

    with caplog.at_level(logging.INFO):
        assert LazyFunction("tested", fail, lambda event, _: event)({"a": 1}, None) == {"a": 1}

    (line,) = [json.loads(r.getMessage()) for r in caplog.records if r.name == "authcore.audit"]
    assert (line["reason"], line["detail"]) == ("fault", "KeyError")
    assert "canary" not in caplog.text
