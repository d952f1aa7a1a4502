"""Whichever way somebody comes next, through the whole local stack: one person stays one user."""

from collections.abc import Iterator
from typing import Final

import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Page
from e2e.visitor import Visitor, both_sides


BY_NAME: Final = {user.username: user for user in SEED_USERS}
JANE, GREGOR, AHAB = (BY_NAME[name] for name in ("jane", "gregor", "ahab"))
JANE_AT_GOOGLE: Final = "109018470001"
NEW: Final = "Canary-new-1"
REFUSED: Final = "Incorrect username or password."


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def signs_in(stack: LocalStack, name: str, password: str) -> Page:
    """Where a browser of its own ends up."""
    visitor = Visitor(stack)
    try:
        return visitor.send(visitor.begin(), username=name, password=password)
    finally:
        visitor.browser.close()


def continues_with_google(stack: LocalStack, **fields: str) -> Page:
    visitor = Visitor(stack)
    try:
        return visitor.send(visitor.begin("?provider=Google"), **fields)
    finally:
        visitor.browser.close()


def forgets(stack: LocalStack, name: str, password: str) -> None:
    """Asks for a code under *name*, and chooses *password* if one was sent."""
    visitor = Visitor(stack)
    prompt = visitor.send(visitor.open(visitor.begin(), "/forgotPassword"), username=name)
    for message in stack.cognito.outbox.messages()[:1]:
        visitor.send(prompt, code=message.code, password=password)
    visitor.browser.close()


def names(stack: LocalStack) -> list[str]:
    return [user.username for user in stack.cognito.users.all_users()]


def address_of(user: SeedUser) -> str:
    assert user.email is not None
    return user.email


def test_whoever_typed_their_user_name_is_nobody_else_under_their_address(
    stack: LocalStack,
) -> None:
    page = signs_in(stack, "jane", JANE.password)
    other = signs_in(stack, address_of(JANE), JANE.password)

    assert page.text_of("legacy-uid") == JANE.userid
    assert other.text_of("alert") == REFUSED
    assert names(stack) == ["jane"]
    both_sides(stack, JANE.userid)
    assert signs_in(stack, "jane", JANE.password).text_of("legacy-uid") == JANE.userid


def test_an_address_that_is_typed_first_makes_no_user_either(stack: LocalStack) -> None:
    assert signs_in(stack, address_of(JANE), JANE.password).text_of("alert") == REFUSED
    assert names(stack) == []


def test_whoever_came_through_google_is_nobody_else_under_their_old_password(
    stack: LocalStack,
) -> None:
    """Though the password is still good: it was set by mail, so that linking left it alone."""
    token = stack.legacy.request_password_reset(JANE.userid)
    assert stack.legacy.reset_password(token, JANE.password)
    page = continues_with_google(stack, person=JANE_AT_GOOGLE)
    before = names(stack)

    for name in ("jane", address_of(JANE)):
        assert signs_in(stack, name, JANE.password).text_of("alert") == REFUSED
    forgets(stack, "jane", NEW)

    assert page.text_of("legacy-uid") == JANE.userid
    assert stack.legacy.opened_by_password("jane", JANE.password) == JANE.userid
    assert stack.cognito.outbox.messages() == ()
    assert names(stack) == before
    both_sides(stack, JANE.userid)


def test_whoever_signed_in_by_password_is_nobody_else_at_google(stack: LocalStack) -> None:
    """The demo's own script: no second pool user, no second legacy account."""
    # AL-05, AL-07
    before = len(stack.legacy.accounts())
    assert signs_in(stack, "jane", JANE.password).text_of("legacy-uid") == JANE.userid

    consent = continues_with_google(stack, person=JANE_AT_GOOGLE)
    assert "/local-providers/Google" in consent.url
    page = continues_with_google(stack, person=JANE_AT_GOOGLE)

    assert page.text_of("legacy-uid") == JANE.userid
    assert names(stack) == ["jane"]
    assert len(stack.legacy.accounts()) == before
    both_sides(stack, JANE.userid)
    assert signs_in(stack, "jane", JANE.password).text_of("legacy-uid") == JANE.userid


@pytest.mark.parametrize(
    "fields",
    [
        {"email_verified": ""},
        {"email_verified": "yes", "email": "jane@rochester.example"},
        {"email_verified": "yes", "email": "Jane@thornfield.example"},
    ],
    ids=["unverified", "another address", "another letter case"],
)
def test_whoever_does_not_prove_the_address_at_google_stays_somebody_else(
    stack: LocalStack, fields: dict[str, str]
) -> None:
    # AL-01, AL-03
    signs_in(stack, "jane", JANE.password)
    stranger = {"person": "", "id": "666", "name": "Stranger", "email": address_of(JANE), **fields}

    page = continues_with_google(stack, **stranger)

    assert page.text_of("legacy-uid") not in ("", "none", JANE.userid)
    assert names(stack) == ["jane", "Google_666"]
    both_sides(stack, JANE.userid)


@pytest.mark.parametrize(
    ("first", "then"),
    [("gregor", address_of(GREGOR)), (address_of(GREGOR), "gregor")],
    ids=["under the name, then the address", "under the address, then the name"],
)
def test_after_a_reset_the_old_password_opens_no_second_user(
    stack: LocalStack, first: str, then: str
) -> None:
    # MG-04
    forgets(stack, first, NEW)
    reset = names(stack) == ["gregor"]
    new, old = signs_in(stack, first, NEW), signs_in(stack, then, GREGOR.password)

    assert reset is (first == "gregor")
    assert new.text_of("legacy-uid") == (GREGOR.userid if reset else "")
    assert old.text_of("legacy-uid") == ("" if reset else GREGOR.userid)
    assert names(stack) == ["gregor"]
    both_sides(stack, GREGOR.userid)


def test_nobody_comes_in_with_a_locked_account_however_much_they_prove(stack: LocalStack) -> None:
    before = stack.legacy.accounts()

    page = continues_with_google(
        stack,
        person="",
        id="1851",
        name="Ahab",
        email=address_of(AHAB),
        email_verified="yes",
    )
    signs_in(stack, "ahab", AHAB.password)
    forgets(stack, "ahab", NEW)

    assert page.text_of("legacy-uid") == "none"
    assert stack.legacy.accounts() == before
    assert stack.cognito.outbox.messages() == ()
    assert [
        user.attributes.get("custom:legacy_uid") for user in stack.cognito.users.all_users()
    ] == [None]
