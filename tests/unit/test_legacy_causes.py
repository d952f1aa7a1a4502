"""Why an answer of the legacy HTTP API is none: its status, or what breaks the contract."""

import json
from collections.abc import Callable
from typing import Final

import pytest

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    seed_forms,
    session_contract,
)
from authcore.domain.errors import (
    LegacyMisconfiguredError,
    LegacyNotReachedError,
    LegacyUnavailableError,
)
from authcore.domain.model.linking import AccountQuery


USER: Final[dict[str, object]] = {
    "userid": "1815",
    "username": "emma",
    "display_name": "Emma Woodhouse",
    "email": "emma@hartfield.example",
    "email_verified": True,
    "cognito_id": None,
    "locked": False,
}
SESSION: Final = "canary-session"
QUERY: Final = AccountQuery("sub", None, "other@hartfield.example")

Read = Callable[[HttpAnswer], object]


def _login(answer: HttpAnswer) -> object:
    return login_contract.login_answer(answer, "emma")


def _match(answer: HttpAnswer) -> object:
    return link_contract.match_answer(answer, QUERY)


def _create(answer: HttpAnswer) -> object:
    return link_contract.create_answer(answer, "sub")


def _list(answer: HttpAnswer) -> object:
    return listing_contract.list_answer(answer, "page 1")


def _session(answer: HttpAnswer) -> object:
    return session_contract.session_answer(answer, SESSION)


READERS: Final[list[Read]] = [
    _login,
    lambda answer: login_contract.lookup_answer(answer, "emma"),
    _match,
    _create,
    lambda answer: link_contract.attach_answer(answer, "1815", "sub"),
    _list,
    _session,
    session_contract.end_answer,
    seed_forms.read_found_account,
    seed_forms.read_created_id,
    seed_forms.was_attached,
]


def _answer(said: object, status: int = 200, media_type: str = "application/json") -> HttpAnswer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return HttpAnswer(status, (("content-type", media_type),), body)


def _error(read: Read, answer: HttpAnswer) -> LegacyUnavailableError:
    with pytest.raises(LegacyUnavailableError) as raised:
        read(answer)
    return raised.value


def _yes(**changed: object) -> object:
    return {"status": "authenticated", "user": {**USER, **changed}}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("status", "needs_operator", "did_nothing"),
    [(400, False, False), (401, True, True), (403, True, False), (404, False, False)]
    + [(status, False, False) for status in (302, 407, 429, 500, 502, 503)],
)
def test_a_status_is_the_cause_and_a_refused_key_is_for_an_operator(
    read: Read, status: int, needs_operator: bool, did_nothing: bool
) -> None:
    # AL-07: 401 is the contract's word for an unknown key; a filter's 403 may come after the fact.
    error = _error(read, _answer({}, status))

    assert error.detail == f"HTTP {status}"
    assert isinstance(error, LegacyMisconfiguredError) is needs_operator
    assert isinstance(error, LegacyNotReachedError) is did_nothing


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (_answer({}, media_type="text/html"), "media type"),
        (_answer(b" " * 300_000), "length"),
        (_answer(b"{"), "object"),
        (_answer([]), "object"),
        (_answer(b'{"a": 1, "a": 2}'), "object"),
    ],
)
def test_what_is_no_object_is_told_by_its_rule(read: Read, answer: HttpAnswer, rule: str) -> None:
    assert _error(read, answer).detail == f"contract {rule}"


@pytest.mark.parametrize(
    ("changed", "member"),
    [
        ({"userid": 1815}, "userid"),
        ({"userid": ""}, "userid"),
        ({"username": None}, "username"),
        ({"username": "a" * 129}, "username"),
        ({"display_name": "a\nb"}, "display_name"),
        ({"email": "canary"}, "email"),
        ({"email": 1}, "email"),
        ({"email_verified": "true"}, "email_verified"),
        ({"cognito_id": "a" * 65}, "cognito_id"),
        ({"locked": None}, "locked"),
        ({"locked": True}, "locked"),
        ({"more": 1}, "user"),
    ],
)
def test_a_user_off_the_contract_is_told_by_its_member(
    changed: dict[str, object], member: str
) -> None:
    error = _error(_login, _answer(_yes(**changed)))

    assert error.detail == f"contract {member}"
    assert "canary" not in str(error)
    assert not isinstance(error, LegacyMisconfiguredError)


@pytest.mark.parametrize(
    ("read", "said", "rule"),
    [
        (_login, {"status": "canary"}, "status"),
        (_login, {"status": "rejected", "more": 1}, "status"),
        (_match, {"status": "canary"}, "status"),
        (
            _match,
            {
                "status": "matches",
                "by_cognito_id": USER,
                "by_identity": {**USER, "username": "another"},
                "by_email": None,
            },
            "account",
        ),
        (_create, {"status": "created", "user": USER}, "account"),
        (_list, {"status": "listed", "users": [USER] * 101, "next": None}, "users"),
        (_list, {"status": "listed", "users": [USER], "next": "page 1"}, "next"),
        (_list, {"status": "listed", "users": [USER], "next": 1}, "next"),
        (
            _session,
            {"status": "signed_in", "session_sha256": "0" * 64, "user": USER},
            "session_sha256",
        ),
        (seed_forms.read_found_account, {"success": 2}, "success"),
        (seed_forms.read_found_account, {"success": 1}, "success"),
        (seed_forms.read_found_account, {"success": 1, "user": {}}, "user"),
        (seed_forms.read_found_account, {"success": 1, "user": {"id": 1, "username": "a"}}, "id"),
        (seed_forms.read_created_id, {"status": "canary"}, "status"),
        (seed_forms.read_created_id, {"status": "created", "userid": 1}, "userid"),
    ],
)
def test_an_answer_off_the_contract_is_told_by_its_rule(
    read: Read, said: object, rule: str
) -> None:
    assert _error(read, _answer(said)).detail == f"contract {rule}"
