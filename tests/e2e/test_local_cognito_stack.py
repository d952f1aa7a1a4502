"""Everybody who can come, through the whole local stack, and what both stores hold afterwards."""

from collections.abc import Iterator

import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy.link_lookup import Mode
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor, both_sides


JANE_AT_GOOGLE, STRANGER_AT_GOOGLE, LIZZY_AT_GOOGLE = "109018470001", "109018470002", "109018170003"
NEW = "Canary-new-1"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    yield visitor
    visitor.browser.close()


def count(stack: LocalStack) -> int:
    return len(stack.legacy.accounts())


def test_a_new_person_from_google_gets_one_account_known_to_both_sides(
    stack: LocalStack, visitor: Visitor
) -> None:
    before = count(stack)
    first = visitor.continue_with("Google", LIZZY_AT_GOOGLE)
    again = visitor.continue_with("Google", LIZZY_AT_GOOGLE)

    assert first == again
    assert both_sides(stack, first).identities == (("Google", LIZZY_AT_GOOGLE),)
    assert count(stack) == before + 1


def test_an_address_verified_on_both_sides_finds_the_account(
    stack: LocalStack, visitor: Visitor
) -> None:
    # AL-01
    before = count(stack)

    assert visitor.continue_with("Google", JANE_AT_GOOGLE) == "1847"
    assert both_sides(stack, "1847").email_verified
    assert count(stack) == before


def test_an_address_that_google_did_not_verify_does_not(
    stack: LocalStack, visitor: Visitor
) -> None:
    # AL-01
    uid = visitor.continue_with("Google", STRANGER_AT_GOOGLE)
    jane = stack.legacy.account("1847")

    assert uid != "1847"
    assert both_sides(stack, uid).email_verified is False
    assert jane is not None
    assert jane.cognito_id is None


@pytest.mark.parametrize("person", ["1021853002", "1021915001"], ids=["none", "of another"])
def test_an_address_from_facebook_finds_nobody(
    stack: LocalStack, visitor: Visitor, person: str
) -> None:
    # AL-03
    before = count(stack)
    uid = visitor.continue_with("Facebook", person)

    assert both_sides(stack, uid).email_verified is False
    assert count(stack) == before + 1


def test_somebody_who_signs_up_is_known_to_both_sides(stack: LocalStack, visitor: Visitor) -> None:
    before = count(stack)
    login = visitor.begin()
    form = visitor.open(login, "/signup")
    prompt = visitor.send(
        form, username="lizzy", email="lizzy@longbourn.example", name="Lizzy", password=NEW
    )
    code = stack.cognito.outbox.messages()[0].code
    visitor.send(prompt, username="lizzy", code=code)
    user = stack.cognito.users.find("lizzy")
    assert user is not None
    page = visitor.send(visitor.begin(), username="lizzy", password=NEW)

    assert page.text_of("legacy-uid") == user.attributes["custom:legacy_uid"]
    assert both_sides(stack, user.attributes["custom:legacy_uid"]).email_verified
    assert count(stack) == before + 1


@pytest.mark.parametrize(
    "who",
    [
        {"username": "jane"},
        {"username": "JANE"},
        {"email": "jane@thornfield.example"},
        {"email": "Jane@Thornfield.example"},
        {"username": "ahab"},
        {"email": "ahab@pequod.example"},
    ],
)
def test_nobody_signs_up_in_the_place_of_somebody_only_the_legacy_system_knows(
    stack: LocalStack, visitor: Visitor, who: dict[str, str]
) -> None:
    form = visitor.open(visitor.begin(), "/signup")
    fields = {"username": "thief", "email": "thief@example.com", "name": "T", "password": NEW}
    page = visitor.send(form, **{**fields, **who})

    assert "PreSignUp failed with error" in page.text_of("alert")
    assert stack.cognito.users.all_users() == ()


def test_a_person_of_the_legacy_system_who_forgot_their_password_is_migrated(
    stack: LocalStack, visitor: Visitor
) -> None:
    # MG-04
    before = count(stack)
    prompt = visitor.send(visitor.open(visitor.begin(), "/forgotPassword"), username="gregor")
    code = stack.cognito.outbox.messages()[0].code
    visitor.send(prompt, code=code, password=NEW)
    page = visitor.send(visitor.begin(), username="gregor", password=NEW)

    assert page.text_of("legacy-uid") == "1915"
    both_sides(stack, "1915")
    assert count(stack) == before


@pytest.mark.parametrize("mode", ["idempotent", "lookup", "none"])
def test_a_legacy_system_that_promises_less_still_gets_one_account(mode: Mode) -> None:
    # AL-07
    with LocalStack(ports=Ports.free(), legacy_mode=mode) as stack:
        visitor, before = Visitor(stack), count(stack)
        first = visitor.continue_with("Google", LIZZY_AT_GOOGLE)
        again = visitor.continue_with("Google", LIZZY_AT_GOOGLE)
        visitor.browser.close()

        assert first == again != "none"
        assert count(stack) == before + 1
