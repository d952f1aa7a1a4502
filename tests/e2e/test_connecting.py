"""Jane moves by password and later continues with Apple, through the local stack."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from authcore_local.addresses import Ports
from authcore_local.cognito.user_pool.provider_users import PEOPLE
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Page
from e2e.visitor import Visitor, both_sides


JANE = SEED_USERS[0]
(APPLE,) = PEOPLE["SignInWithApple"]
NAME = f"SignInWithApple_{APPLE.user_id}"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def with_password(visitor: Visitor, page: Page) -> Page:
    return visitor.send(page, username=JANE.username, password=JANE.password)


@contextmanager
def private_window(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    try:
        yield visitor
    finally:
        visitor.browser.close()


def test_apple_gets_no_second_account_and_is_connected(stack: LocalStack) -> None:
    # AL-05, AL-11, AL-13
    accounts = len(stack.legacy.accounts())
    with private_window(stack) as visitor:
        assert with_password(visitor, visitor.begin()).text_of("legacy-uid") == JANE.userid
    with private_window(stack) as visitor:
        refused = visitor.send(visitor.begin("?provider=SignInWithApple"), person=APPLE.user_id)
        assert refused.status == 403
        assert "Apple sign-in is not connected" in refused.text
        assert len(stack.legacy.accounts()) == accounts

        question = with_password(visitor, visitor.begin("?provider=COGNITO&prompt=login"))
        assert "Connect Apple with your account?" in question.text
        assert stack.cognito.users.find(NAME) is not None

        assert visitor.send(question).text_of("legacy-uid") == JANE.userid
        assert stack.cognito.users.find(NAME) is None
    with private_window(stack) as visitor:
        assert visitor.continue_with("SignInWithApple", APPLE.user_id) == JANE.userid
    assert both_sides(stack, JANE.userid).userid == JANE.userid
    assert len(stack.legacy.accounts()) == accounts


def test_where_connecting_is_off_the_page_says_how_to_sign_in(stack: LocalStack) -> None:
    # AL-11
    stack.rebuild({"AUTHCORE_CONNECT_ACCOUNTS": "off"})
    with private_window(stack) as visitor:
        with_password(visitor, visitor.begin())
    with private_window(stack) as visitor:
        refused = visitor.send(visitor.begin("?provider=SignInWithApple"), person=APPLE.user_id)
        assert refused.status == 403

        again = with_password(visitor, visitor.begin("?prompt=login"))
        assert again.text_of("legacy-uid") == JANE.userid
    assert stack.cognito.users.find(NAME) is not None
