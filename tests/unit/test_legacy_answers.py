"""Which answers of the legacy HTTP API are a yes, which a no, and that all others are none."""

import json

import attrs
import pytest

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy import login_contract
from authcore.domain.errors import AccountMismatchError, LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.testing.contracts.legacy_accounts import EMMA


USER: dict[str, object] = {
    "userid": "1815",
    "username": "emma",
    "display_name": "Emma Woodhouse",
    "email": "emma@hartfield.example",
    "email_verified": True,
    "cognito_id": None,
    "locked": False,
}
YES = json.dumps({"status": "authenticated", "user": USER}).encode()
JSON = "application/json"


def answered(body: bytes, status: int = 200, content_type: str = JSON) -> HttpAnswer:
    return HttpAnswer(status, (("content-type", content_type),), body)


def changed(**members: object) -> bytes:
    return json.dumps({"status": "authenticated", "user": {**USER, **members}}).encode()


def without(member: str) -> bytes:
    kept = {name: value for name, value in USER.items() if name != member}
    return json.dumps({"status": "authenticated", "user": kept}).encode()


def test_the_exact_yes_opens_the_account() -> None:
    assert login_contract.login_answer(answered(YES), "emma") == EMMA.account


@pytest.mark.parametrize("typed", ["emma", "EMMA", "Emma@Hartfield.example"])
def test_the_answer_may_be_about_the_name_or_the_address_in_any_case(typed: str) -> None:
    assert login_contract.login_answer(answered(YES), typed) == EMMA.account


def test_a_charset_parameter_changes_nothing() -> None:
    typed = answered(YES, content_type="Application/JSON; charset=utf-8")

    assert login_contract.login_answer(typed, "emma") == EMMA.account


def test_the_exact_no_is_a_no() -> None:
    assert login_contract.login_answer(answered(b'{"status": "rejected"}'), "emma") is None
    assert login_contract.lookup_answer(answered(b'{"status": "not_found"}'), "emma") is None


def test_what_one_call_says_means_nothing_to_the_other() -> None:
    """A look-up that a proxy took for a log-in must not open the account."""
    found = YES.replace(b"authenticated", b"found")

    assert login_contract.lookup_answer(answered(found), "emma") == EMMA.account
    for body in (found, b'{"status": "not_found"}'):
        with pytest.raises(LegacyUnavailableError):
            login_contract.login_answer(answered(body), "emma")
    for body in (YES, b'{"status": "rejected"}'):
        with pytest.raises(LegacyUnavailableError):
            login_contract.lookup_answer(answered(body), "emma")


def test_a_look_up_may_find_a_locked_account_and_nothing_else_that_is_off_the_contract() -> None:
    found = changed(locked=True).replace(b"authenticated", b"found")

    assert login_contract.lookup_answer(answered(found), "emma") == attrs.evolve(
        EMMA.account, locked=True
    )
    for locked in ("false", 0, None):
        off = changed(locked=locked).replace(b"authenticated", b"found")
        with pytest.raises(LegacyUnavailableError):
            login_contract.lookup_answer(answered(off), "emma")


@pytest.mark.parametrize(
    "typed",
    [
        "emm",
        "emmanuel",
        "jane@fairfax.example",
        "1815",
        "emma ",
        " emma",
        "emma\u200b",
        "émma",
        "em.ma@hartfield.example",
        "emma+news@hartfield.example",
    ],
)
def test_a_yes_about_another_name_or_spelling_is_a_refusal(typed: str) -> None:
    """The legacy system may compare names more loosely than the pool does."""
    found = YES.replace(b"authenticated", b"found")
    for read, body in ((login_contract.login_answer, YES), (login_contract.lookup_answer, found)):
        with pytest.raises(AccountMismatchError) as refused:
            read(answered(body), typed)
        assert refused.value.code == "legacy_mismatch"
        assert "emma" not in str(refused.value)


def test_an_answer_that_breaks_the_contract_is_an_outage_about_other_names_too() -> None:
    # MG-06
    for body in (changed(userid=1815), without("locked"), changed(locked=True)):
        with pytest.raises(LegacyUnavailableError):
            login_contract.login_answer(answered(body), "emma ")


@pytest.mark.parametrize(
    "status", [201, 202, 204, 206, 301, 302, 400, 401, 403, 404, 409, 429, 503]
)
@pytest.mark.parametrize("body", [YES, b'{"status": "rejected"}'])
def test_only_status_200_says_yes_or_no(status: int, body: bytes) -> None:
    # MG-01
    with pytest.raises(LegacyUnavailableError):
        login_contract.login_answer(answered(body, status), "emma")


@pytest.mark.parametrize("content_type", ["", "text/html", "text/json", "application/xml"])
def test_only_json_says_yes_or_no(content_type: str) -> None:
    # MG-01
    with pytest.raises(LegacyUnavailableError):
        login_contract.login_answer(answered(YES, content_type=content_type), "emma")


OFF_CONTRACT = {
    "empty": b"",
    "html": b"<!doctype html><title>Welcome</title>",
    "truncated": YES[:-1],
    "trailing": YES + b"x",
    "twice": YES + YES,
    "padded beyond 1 KiB": YES + b" " * 1024,
    "byte order mark": b"\xef\xbb\xbf" + YES,
    "utf-16": YES.decode().encode("utf-16"),
    "latin-1": changed(display_name="Z").replace(b'"Z"', b'"\xe9"'),
    "nested deep": b'{"status":' * 100 + b"1" + b"}" * 100,
    "brackets": b"[" * 1024,
    "array": b"[" + YES + b"]",
    "null": b"null",
    "true": b"true",
    "text": b'"authenticated"',
    "number": b"200",
    "not a number": b'{"status": "authenticated", "user": NaN}',
    "no status": json.dumps({"user": USER}).encode(),
    "no user": b'{"status": "authenticated"}',
    "status in capitals": YES.replace(b"authenticated", b"Authenticated"),
    "status true": YES.replace(b'"authenticated"', b"true"),
    "status ok": YES.replace(b"authenticated", b"ok"),
    "rejected, with a user": YES.replace(b"authenticated", b"rejected"),
    "rejected, with a reason": b'{"status": "rejected", "reason": "locked"}',
    "status twice": b'{"status": "rejected", ' + YES[1:],
    "user id twice": YES.replace(b'"userid"', b'"userid": "1", "userid"'),
    "more at the top": YES[:-1] + b', "custom:role": "admin"}',
    "more in the user": changed(**{"custom:role": "admin"}),
    "user is an array": json.dumps({"status": "authenticated", "user": [USER]}).encode(),
    "user is null": b'{"status": "authenticated", "user": null}',
    **{f"no {member}": without(member) for member in USER},
    "numeric id": changed(userid=1815),
    "empty id": changed(userid=""),
    "null id": changed(userid=None),
    "long id": changed(userid="1" * 65),
    "null username": changed(username=None),
    "control character": changed(display_name="Emma\r\nWoodhouse"),
    "lone surrogate": changed(display_name="\ud800"),
    "empty name": changed(display_name=""),
    "long name": changed(display_name="x" * 101),
    "verified as text": changed(email_verified="true"),
    "verified as number": changed(email_verified=1),
    "verified as null": changed(email_verified=None),
    "locked as text": changed(locked="false"),
    "locked as number": changed(locked=0),
    "locked as null": changed(locked=None),
    "opened though locked": changed(locked=True),
    "address without @": changed(email="emma"),
    "two @": changed(email="emma@a@b"),
    "address list": changed(email=["emma@hartfield.example"]),
    "empty address": changed(email=""),
}


@pytest.mark.parametrize("body", OFF_CONTRACT.values(), ids=OFF_CONTRACT.keys())
def test_a_body_that_is_not_exactly_the_contracts_is_an_outage(body: bytes) -> None:
    # MG-01, MG-06
    with pytest.raises(LegacyUnavailableError) as refused:
        login_contract.login_answer(answered(body), "emma")

    assert "emma" not in str(refused.value).lower()


@pytest.mark.parametrize("cut", range(len(YES)))
def test_no_beginning_of_a_yes_is_a_yes(cut: int) -> None:
    # MG-01
    with pytest.raises(LegacyUnavailableError):
        login_contract.login_answer(answered(YES[:cut]), "emma")


def test_a_null_name_and_address_are_absent() -> None:
    bare = changed(display_name=None, email=None, email_verified=False)

    account = login_contract.login_answer(answered(bare), "emma")

    assert account == LegacyAccount("1815", "emma", None, False, None)
