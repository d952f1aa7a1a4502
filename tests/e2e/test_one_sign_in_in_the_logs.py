"""
One sign-in is followed through the logs of auth service, triggers and legacy calls by ids alone.

Two users sign in at the same time, so that lines which only lie side by side are not taken for one.
Each test has users of its own, whose first sign-in it is.
"""

import json
import logging
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from authcore.adapters.log_format import JsonFormatter
from authcore_local.addresses import Ports
from authcore_local.cognito.user_pool.provider_users import PEOPLE
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Form
from e2e.visitor import Visitor


IDS: Final = (*("attempt", "next_attempt", "request_id", "token_request", "subject", "legacy_uid"),)
Line = dict[str, Any]
JANE, HUCK, GREGOR, BARTLEBY = SEED_USERS[:4]
JANE_AT_GOOGLE, _, LIZZY_AT_GOOGLE = PEOPLE["Google"]
_, BARTLEBY_AT_FACEBOOK = PEOPLE["Facebook"]


class _Lines(logging.Handler):
    """Keeps lines as an operator's log store does."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def log() -> Iterator[list[Line]]:
    handler, logger = _Lines(), logging.getLogger("authcore")
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    yield handler.lines
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), own_sign_in_page=True) as stack:
        yield stack


def follow(log: list[Line], **first: str) -> list[Line]:
    """Every line that the ids of the line *first*, and of those found by them, lead to."""
    known = {first.popitem()[1]}
    while True:
        found = [line for line in log if known & {line.get(name) for name in IDS}]
        more = known | {line[name] for line in found for name in IDS if name in line}
        if more == known:
            return found
        known = more


def actions(lines: list[Line]) -> list[str]:
    return [line["action"] for line in lines if line["outcome"] == "accepted"]


def attempt_of(log: list[Line], action: str, number: int) -> str:
    begun = [line for line in log if line.get("action") == action and "attempt" in line]
    return str(begun[number]["attempt"])


def press_sign_in(stack: LocalStack, user: SeedUser) -> int:
    """The status of the own page's answer."""
    url = f"http://127.0.0.1:{stack.addresses.ports.auth}/auth/password"
    form = {"username": user.username, "password": user.password}
    headers = {"origin": stack.auth_url, "accept": "application/json"}
    return httpx.post(url, json=form, headers=headers).status_code


def test_a_migrating_sign_in_by_managed_login(stack: LocalStack, log: list[Line]) -> None:
    visitors = [Visitor(stack), Visitor(stack)]
    pages = [visitor.begin() for visitor in visitors]
    for visitor, page, user in zip(visitors, pages, (HUCK, GREGOR), strict=True):
        visitor.send(page, username=user.username, password=user.password)
        visitor.browser.close()

    for number, user in enumerate((HUCK, GREGOR)):
        lines = follow(log, attempt=attempt_of(log, "sign_in.begin", number))
        assert actions(lines) == [
            "sign_in.begin",
            "user_migration.authenticate",
            "account_linking.linked",
            "token.claims",
            "sign_in.complete",
        ]
        assert {line["legacy_uid"] for line in lines if "legacy_uid" in line} == {user.userid}
        issued, completed = lines[-2:]
        assert completed["token_request"] == issued["request_id"] != completed["request_id"]
        assert "attempt" not in issued  # managed login passes nothing on
        assert user.password not in json.dumps(lines)


def test_a_federated_sign_in(stack: LocalStack, log: list[Line]) -> None:
    visitor = Visitor(stack)
    visitor.continue_with("Google", LIZZY_AT_GOOGLE.user_id)
    visitor.browser.close()

    lines = follow(log, attempt=attempt_of(log, "sign_in.begin", 0))

    assert actions(lines) == [
        "sign_in.begin",
        "account_linking.created",
        "token.claims",
        "sign_in.complete",
    ]
    assert lines[-1]["token_request"] == lines[-2]["request_id"]


def test_a_federated_sign_in_that_cognito_breaks_off_continues_as_another(
    stack: LocalStack, log: list[Line]
) -> None:
    assert press_sign_in(stack, JANE) == 200
    visitor = Visitor(stack)
    again = visitor.send(visitor.begin("?provider=Google"), person=JANE_AT_GOOGLE.user_id)
    visitor.send(again, person=JANE_AT_GOOGLE.user_id)
    visitor.browser.close()

    lines = follow(log, attempt=attempt_of(log, "sign_in.begin", 0))

    assert "sign_in.restart" in actions(lines)
    assert actions(lines)[-2:] == ["token.claims", "sign_in.complete"]


def test_a_migrating_sign_in_on_the_own_page(stack: LocalStack, log: list[Line]) -> None:
    assert press_sign_in(stack, BARTLEBY) == 200

    accepted = follow(log, attempt=attempt_of(log, "password.begin", 0))

    assert actions(accepted) == [
        "user_migration.authenticate",
        "account_linking.linked",
        "token.claims",
        "password.begin",
    ]
    migrated, completed = accepted[0], accepted[-1]
    assert migrated["attempt"] == completed["attempt"]  # Cognito passed it on
    assert migrated["request_id"] != completed["request_id"]
    assert completed["token_request"] == accepted[2]["request_id"]


def test_a_callback_that_its_browser_does_not_hold_any_more_names_the_same_attempt(
    stack: LocalStack, log: list[Line]
) -> None:
    visitor, stranger = Visitor(stack), Visitor(stack)
    page = visitor.begin("?provider=Facebook")
    assert page.form is not None
    answered = visitor.browser.send(
        Form(page.form.url, {**page.form.fields, "person": BARTLEBY_AT_FACEBOOK.user_id})
    )
    while "/auth/signin/callback" not in str(answered.location):
        answered = visitor.browser.get(str(answered.location))
    late = stranger.browser.get(str(answered.location))
    visitor.browser.close()
    stranger.browser.close()

    attempt = attempt_of(log, "sign_in.begin", 0)
    lines = [line for line in log if line.get("attempt") == attempt]
    assert late.location is not None
    assert [(line["action"], line["outcome"]) for line in lines] == [
        ("sign_in.begin", "accepted"),
        ("sign_in.complete", "rejected"),
        ("sign_in.restart", "accepted"),
    ]
    assert lines[-1]["next_attempt"] != attempt
