"""What the legacy system may answer when accounts are joined; all else is an outage."""

import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy import link_contract
from authcore.domain.errors import (
    AccountLockedError,
    AccountMismatchError,
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    LegacyUnavailableError,
    LinkRejectedError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountQuery, NewLegacyAccount


SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"
QUERY: Final = AccountQuery(SUB, ExternalIdentity("Google", "1847"), "Jane@thornfield.example")
USER: Final[dict[str, Any]] = {
    "userid": "1847",
    "username": "jane",
    "display_name": "Jane Eyre",
    "email": "Jane@thornfield.example",
    "email_verified": True,
    "cognito_id": SUB,
    "locked": False,
}
ACCOUNT: Final = LegacyAccount(
    legacy_uid="1847",
    username="jane",
    email="Jane@thornfield.example",
    email_verified=True,
    display_name="Jane Eyre",
    cognito_id=SUB,
)


def answered(said: object, status: int = 200, media_type: str = "application/json") -> HttpAnswer:
    return HttpAnswer(status, (("content-type", media_type),), json.dumps(said).encode())


def matches(**found: object) -> dict[str, object]:
    ways = {"by_cognito_id": None, "by_identity": None, "by_email": None}
    return {"status": "matches", **ways, **found}


def as_match(answer: HttpAnswer) -> object:
    return link_contract.match_answer(answer, QUERY)


def as_attached(answer: HttpAnswer) -> object:
    return link_contract.attach_answer(answer, "1847", SUB)


def as_created(answer: HttpAnswer) -> object:
    return link_contract.create_answer(answer, SUB)


Reader = Callable[[HttpAnswer], object]
YES: Final[dict[Reader, dict[str, object]]] = {
    as_match: matches(by_cognito_id=USER),
    as_attached: {"status": "attached", "user": USER},
    as_created: {"status": "created", "user": USER},
}
NO: Final[list[tuple[Reader, str, type[Exception]]]] = [
    (as_match, "ambiguous", AmbiguousAccountError),
    (as_attached, "not_found", AccountNotFoundError),
    (as_attached, "locked", AccountLockedError),
    (as_attached, "taken", AccountTakenError),
    (as_created, "taken", AccountTakenError),
]


def test_one_account_may_be_found_in_every_way() -> None:
    said = matches(by_cognito_id=USER, by_identity=USER, by_email=USER)

    found = link_contract.match_answer(answered(said), QUERY)

    assert (found.by_cognito_id, found.by_identity, found.by_email) == (ACCOUNT,) * 3


@pytest.mark.parametrize(("read", "word", "error"), NO)
def test_each_no_has_one_word_and_nothing_beside_it(
    read: Reader, word: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read(answered({"status": word}))
    for more in ({"reason": "x"}, {"user": USER}, {"user": None}):
        with pytest.raises(LegacyUnavailableError):
            read(answered({"status": word, **more}))


@pytest.mark.parametrize("read", YES)
@pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 400, 401, 404, 409, 429, 500, 503])
def test_only_status_200_says_anything(read: Reader, status: int) -> None:
    with pytest.raises(LegacyUnavailableError):
        read(answered(YES[read], status))


@pytest.mark.parametrize("read", YES)
def test_a_yes_that_is_not_exactly_the_contracts_is_an_outage(read: Reader) -> None:
    # MG-06
    yes = YES[read]
    way = next(member for member, value in yes.items() if value == USER)
    off = [
        *({name: yes[name] for name in yes if name != member} for member in yes),
        {**yes, "role": "admin"},
        {**yes, "status": "ok"},
        {**yes, "status": True},
        {**yes, way: [USER]},
        {**yes, way: "1847"},
        {**yes, way: {}},
        {**yes, way: {**USER, "role": "admin"}},
        *({**yes, way: {**USER, member: 1}} for member in USER),
        *({**yes, way: {k: v for k, v in USER.items() if k != member}} for member in USER),
        {**yes, way: {**USER, "display_name": "x" * 9000}},
        [yes],
        None,
    ]
    for said in off:
        with pytest.raises(LegacyUnavailableError):
            read(answered(said))
    with pytest.raises(LegacyUnavailableError):
        read(answered(yes, media_type="text/html"))


@pytest.mark.parametrize("read", [as_attached, as_created])
@pytest.mark.parametrize("cognito_id", [None, "another", SUB.upper(), SUB + " "])
def test_an_account_with_another_cognito_id_is_an_outage(
    read: Reader, cognito_id: str | None
) -> None:
    # AL-07
    with pytest.raises(LegacyUnavailableError, match=r"another account; .* now$"):
        read(answered({**YES[read], "user": {**USER, "cognito_id": cognito_id}}))


def test_an_attachment_of_another_account_is_an_outage() -> None:
    with pytest.raises(LegacyUnavailableError, match=r"another account; .* now$"):
        as_attached(answered({"status": "attached", "user": {**USER, "userid": "1848"}}))


def test_a_locked_account_is_found_but_not_said_to_be_attached() -> None:
    locked = {**USER, "locked": True}

    found = link_contract.match_answer(answered(matches(by_cognito_id=locked)), QUERY)

    assert found.by_cognito_id == attrs.evolve(ACCOUNT, locked=True)
    with pytest.raises(LegacyUnavailableError):
        as_attached(answered({"status": "attached", "user": locked}))


OTHER: Final = {**USER, "userid": "1848", "cognito_id": None}


@pytest.mark.parametrize(
    "found",
    [
        {"by_cognito_id": {**USER, "cognito_id": None}},
        {"by_cognito_id": {**USER, "cognito_id": "another"}},
        {"by_email": {**OTHER, "email": "jane@fairfax.example"}},
        {"by_email": {**OTHER, "email": None}},
        {"by_email": {**OTHER, "email": "Jane+news@thornfield.example"}},
        {"by_cognito_id": USER, "by_email": {**OTHER, "email": "jane@fairfax.example"}},
    ],
    ids=[
        "unattached",
        "attached to another",
        "foreign address",
        "no address",
        "another spelling",
        "right and wrong",
    ],
)
def test_matches_of_other_accounts_are_refused(found: dict[str, object]) -> None:
    # AL-03, AL-04
    with pytest.raises(AccountMismatchError) as refused:
        as_match(answered(matches(**found)))

    assert refused.value.code == "legacy_mismatch"
    assert "thornfield" not in str(refused.value)


@pytest.mark.parametrize(
    "found",
    [
        {"by_identity": USER, "by_email": {**USER, "cognito_id": None}},
        {"by_cognito_id": USER, "by_identity": {**USER, "username": "blanche"}},
    ],
    ids=["attached and not", "two names"],
)
def test_matches_that_contradict_each_other_are_an_outage(found: dict[str, object]) -> None:
    # AL-04
    with pytest.raises(LegacyUnavailableError):
        as_match(answered(matches(**found)))


@pytest.mark.parametrize("way", ["by_identity", "by_email"])
def test_a_way_that_was_not_asked_for_leads_nowhere(way: str) -> None:
    """Otherwise an empty text here would meet an empty column there."""
    bare = AccountQuery(SUB, None, None)

    with pytest.raises(AccountMismatchError):
        link_contract.match_answer(answered(matches(**{way: OTHER})), bare)


def test_whether_two_addresses_are_the_same_is_left_to_the_policy() -> None:
    """The adapter only drops what is plainly somebody else's; letter case is not."""
    other_case = {**OTHER, "email": "jane@THORNFIELD.example"}

    found = link_contract.match_answer(answered(matches(by_email=other_case)), QUERY)

    assert found.by_email is not None
    assert found.by_email.email == "jane@THORNFIELD.example"


@pytest.mark.parametrize("text", ["", "x" * 300, "a\0b", "a\ud800"])
def test_an_id_that_the_contract_cannot_hold_is_refused_and_not_sent(text: str) -> None:
    strange = ExternalIdentity("Google", text)
    account = NewLegacyAccount(
        cognito_id=text,
        identity=None,
        username="jane",
        email=None,
        email_verified=False,
        display_name=None,
    )

    with pytest.raises(LinkRejectedError):
        link_contract.match_request(AccountQuery(text, None, None))
    with pytest.raises(LinkRejectedError):
        link_contract.match_request(AccountQuery(SUB, strange, None))
    with pytest.raises(LinkRejectedError):
        link_contract.create_request(account)
    with pytest.raises(LinkRejectedError):
        link_contract.attach_request("1847", text, reset_access=False)


@pytest.mark.parametrize("key", ["", "two words", "a\r\nx-api-key: b", "ü", "x" * 256])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    with pytest.raises(LinkRejectedError):
        link_contract.idempotency_key(key)
