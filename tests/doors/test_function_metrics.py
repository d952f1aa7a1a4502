"""Functions print metrics, and audit lines as OCSF, where the settings ask for them."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from authcore.adapters.audit.log import LOGGER, LoggingAuditLog
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.audit import AuditEvent
from authcore_cli.entrypoints import DOORS
from authcore_lambda import (
    account_linking,
    authorizer,
    inbound_federation,
    pre_sign_up,
    pre_token_generation,
    profile_sync,
    user_migration,
    web,
)
from authcore_lambda.lazy_function import LazyFunction
from support.ocsf_schema import problems


CANARY = "canary-0f1e2d3c4b5a"

Printed = Callable[[], list[Any]]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Take the handlers away that functions add for as long as their process lasts."""
    logger = logging.getLogger(LOGGER)
    before = list(logger.handlers)
    yield
    logger.handlers[:] = before
    logger.propagate = True


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printed:
    """With metrics switched on: what functions printed since the last look."""
    monkeypatch.setenv("AUTHCORE_METRICS_FORMAT", "emf")
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def answering(event: Any, *_: object) -> Any:
    """A function that decides something."""
    LoggingAuditLog().record(AuditEvent("sign_up", "rejected", "no", subject=CANARY))
    if event.get("fails"):
        raise OSError(CANARY)
    return event


def function() -> LazyFunction[Any]:
    return LazyFunction("pre-sign-up", lambda _: answering, lambda event, _: event)


def test_each_invocation_prints_what_was_decided_and_how_long_it_took(printed: Printed) -> None:
    tested = function()

    tested({"userName": CANARY}, None)
    counts, invocation = printed()
    tested({}, None)
    _, again = printed()

    assert (counts["action"], counts["outcome"], counts["audit_events"]) == (
        "sign_up",
        "rejected",
        1,
    )
    assert (invocation["function"], invocation["cold_start"]) == ("pre-sign-up", 1)
    assert (again["cold_start"], again["failures"]) == (0, 0)
    assert invocation["duration"] >= 0
    assert CANARY not in json.dumps([counts, invocation, again])


def test_an_invocation_that_raises_is_a_failure(printed: Printed) -> None:
    with pytest.raises(OSError, match=CANARY):
        function()({"fails": True}, None)

    *_, invocation = printed()
    assert invocation["failures"] == 1
    assert CANARY not in json.dumps(invocation)


def test_settings_that_cannot_work_are_counted_for_the_alarm(printed: Printed) -> None:
    def build(_: Mapping[str, str]) -> Any:
        raise ConfigurationError([CANARY])

    LazyFunction("pre-sign-up", build, lambda event, _: event)({}, None)

    counts, _ = printed()
    assert (counts["action"], counts["outcome"]) == ("function.settings", "misconfigured")


@pytest.mark.parametrize("value", [None, "off", "EMF", ""])
def test_by_default_a_function_prints_nothing(
    value: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if value is not None:
        monkeypatch.setenv("AUTHCORE_METRICS_FORMAT", value)

    function()({}, None)

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "namespace"),
    [("shop/authcore", "shop/authcore"), (None, "authcore"), ("AWS/Lambda", "authcore")],
)
def test_each_deployment_may_have_a_namespace_of_its_own(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, given: str | None, namespace: str
) -> None:
    if given is not None:
        monkeypatch.setenv("AUTHCORE_METRICS_NAMESPACE", given)

    function()({}, None)

    for line in printed():
        assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == namespace


def test_a_function_writes_its_audit_lines_as_ocsf_where_asked_to(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTHCORE_AUDIT_FORMAT", "ocsf")
    tested = function()

    for _ in range(2):
        tested({}, None)
    output = capsys.readouterr()

    events = [json.loads(line) for line in output.err.splitlines()]
    assert [problems(event) for event in events] == [[], []]
    assert [event["metadata"]["event_code"] for event in events] == ["sign_up"] * 2
    assert output.out.count('"audit_events":1') == 2


def test_every_function_is_named_as_its_door() -> None:
    functions = {
        "web-function": web,
        "authorizer": authorizer,
        "user-migration": user_migration,
        "account-linking": account_linking,
        "pre-sign-up": pre_sign_up,
        "pre-token-generation": pre_token_generation,
        "profile-sync": profile_sync,
        "inbound-federation": inbound_federation,
    }

    assert {each.handler.name: each for each in functions.values()} == functions
    assert set(functions) == set(DOORS) - {"web", "guard"}
