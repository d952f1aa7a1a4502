"""A native user's first sign-in through a provider, which Cognito breaks off, through the stack."""

from collections.abc import Iterator

import pytest

from authcore_local.addresses import Ports
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor, both_sides


LIZZY_AT_GOOGLE, NEW = "109018170003", "Canary-new-1"


@pytest.fixture(name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    yield visitor
    visitor.browser.close()


def sign_up_lizzy(stack: LocalStack) -> str:
    """Her legacy id."""
    visitor = Visitor(stack)
    form = visitor.open(visitor.begin(), "/signup")
    who = {"username": "lizzy", "email": "lizzy@longbourn.example", "name": "Lizzy"}
    prompt = visitor.send(form, **who, password=NEW)
    visitor.send(prompt, username="lizzy", code=stack.cognito.outbox.messages()[0].code)
    visitor.browser.close()
    user = stack.cognito.users.find("lizzy")
    assert user is not None
    return user.attributes["custom:legacy_uid"]


@pytest.mark.parametrize("chosen", ["on cognito's page", "by the application"])
def test_it_goes_on_with_the_provider_that_was_chosen_and_ends_where_it_was_to_end(
    stack: LocalStack, visitor: Visitor, chosen: str
) -> None:
    """Nobody chooses twice, and nobody sees an error."""
    # AL-05
    uid = sign_up_lizzy(stack)
    target = f"{stack.cms_url}/articles"
    if chosen == "by the application":
        consent = visitor.begin(f"?provider=Google&redirect={target}")
    else:
        consent = visitor.open(visitor.begin(f"?redirect={target}"), "/local-providers/Google")

    again = visitor.send(consent, person=LIZZY_AT_GOOGLE)

    assert "/local-providers/Google" in again.url
    assert "identity_provider=Google" in again.url
    end = visitor.send(again, person=LIZZY_AT_GOOGLE)
    assert (end.url, end.status) == (target, 200)
    assert end.text_of("legacy-uid") == uid
    both_sides(stack, uid)
    assert [user.username for user in stack.cognito.users.all_users()] == ["lizzy"]


def test_from_then_on_google_and_the_password_open_the_same_account(
    stack: LocalStack, visitor: Visitor
) -> None:
    # AL-05
    uid = sign_up_lizzy(stack)
    consent = visitor.open(visitor.begin(), "/local-providers/Google")
    visitor.send(visitor.send(consent, person=LIZZY_AT_GOOGLE), person=LIZZY_AT_GOOGLE)

    for provider in ("google", "password"):
        other = Visitor(stack)
        if provider == "google":
            assert other.continue_with("Google", LIZZY_AT_GOOGLE) == uid
        else:
            page = other.send(other.begin(), username="lizzy", password=NEW)
            assert page.text_of("legacy-uid") == uid
        other.browser.close()
