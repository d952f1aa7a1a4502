"""A legacy system that answers about another user, through the whole stack: no sign-in, no link."""

from collections.abc import Iterator

import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor, both_sides


JANE = SEED_USERS[0]
LIZZY_AT_GOOGLE = "109018170003"
NEW = "Canary-new-1"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        stack.legacy.behave("mixed_up")
        yield stack


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    yield visitor
    visitor.browser.close()


def test_the_right_password_is_incorrect_and_moves_the_user_afterwards(
    stack: LocalStack, visitor: Visitor
) -> None:
    # MG-03
    page = visitor.send(visitor.begin(), username="jane", password=JANE.password)

    assert page.text_of("alert") == "Incorrect username or password."
    assert stack.cognito.users.all_users() == ()
    stack.legacy.behave("honest")
    page = visitor.send(visitor.begin(), username="jane", password=JANE.password)
    assert page.text_of("legacy-uid") == JANE.userid


def test_no_code_is_sent_and_no_name_is_given_away(stack: LocalStack, visitor: Visitor) -> None:
    # MG-03
    visitor.send(visitor.open(visitor.begin(), "/forgotPassword"), username="jane")
    form = visitor.open(visitor.begin(), "/signup")
    refused = visitor.send(form, username="jane", email="j@x.example", name="J", password=NEW)

    assert "in use already" in refused.text_of("alert")
    assert stack.cognito.outbox.messages() == ()
    assert stack.cognito.users.all_users() == ()


def test_a_user_whose_account_was_mixed_up_is_linked_at_the_next_sign_in(
    stack: LocalStack, visitor: Visitor
) -> None:
    """The create may have had an effect: it had, and the next attempt finds it."""
    # AL-07
    before = len(stack.legacy.accounts())
    assert visitor.continue_with("Google", LIZZY_AT_GOOGLE) == "none"
    stack.legacy.behave("honest")
    other = Visitor(stack)

    uid = other.continue_with("Google", LIZZY_AT_GOOGLE)

    other.browser.close()
    both_sides(stack, uid)
    assert len(stack.legacy.accounts()) == before + 1
