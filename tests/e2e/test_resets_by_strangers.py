"""A stranger asks for a code for a user who has not moved; then the user types the password."""

from collections.abc import Iterator

import pytest

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Page
from e2e.visitor import Visitor, both_sides


JANE, HUCK = SEED_USERS[:2]


@pytest.fixture(name="visitor")
def _visitor(stack: LocalStack) -> Iterator[Visitor]:
    visitor = Visitor(stack)
    yield visitor
    visitor.browser.close()


@pytest.fixture(name="stack")
def _stack(request: pytest.FixtureRequest) -> Iterator[LocalStack]:
    variables = {"AUTHCORE_MIGRATION_RESETS": request.param}
    with LocalStack(ports=Ports.free(), variables=variables) as stack:
        yield stack


def ask_for_a_code(visitor: Visitor, name: str) -> Page:
    return visitor.send(visitor.open(visitor.begin(), "/forgotPassword"), username=name)


@pytest.mark.parametrize("stack", ["legacy"], indirect=True)
def test_where_resets_stay_in_the_legacy_system_the_right_password_still_moves_the_user(
    stack: LocalStack, visitor: Visitor
) -> None:
    # MG-03, MG-04
    known, unknown = (ask_for_a_code(visitor, name) for name in ("jane", "nobody"))

    assert (known.status, known.text_of("h1")) == (unknown.status, unknown.text_of("h1"))
    assert stack.cognito.users.find("jane") is None
    assert stack.cognito.outbox.messages() == ()
    assert stack.legacy.calls == []
    page = visitor.send(visitor.begin(), username="jane", password=JANE.password)
    assert page.text_of("legacy-uid") == JANE.userid
    both_sides(stack, JANE.userid)


@pytest.mark.parametrize("stack", ["legacy"], indirect=True)
def test_a_user_who_has_moved_resets_the_password_in_the_pool(
    stack: LocalStack, visitor: Visitor
) -> None:
    # MG-04
    first = Visitor(stack)
    first.send(first.begin(), username="jane", password=JANE.password)
    first.browser.close()

    prompt = ask_for_a_code(visitor, "jane")
    [message] = stack.cognito.outbox.messages()
    visitor.send(prompt, code=message.code, password="Canary-new-1")

    page = visitor.send(visitor.begin(), username="jane", password="Canary-new-1")
    assert page.text_of("legacy-uid") == JANE.userid


@pytest.mark.parametrize("stack", ["pool"], indirect=True)
def test_where_the_pool_resets_a_stranger_costs_the_user_a_code(
    stack: LocalStack, visitor: Visitor
) -> None:
    """What the guide says that ``pool`` costs; the code brings the user back."""
    # MG-04
    ask_for_a_code(visitor, "jane")

    refused = visitor.send(visitor.begin(), username="jane", password=JANE.password)
    assert "reset" in refused.text_of("alert").lower()
    prompt = ask_for_a_code(visitor, "jane")
    code = stack.cognito.outbox.messages()[0].code
    visitor.send(prompt, code=code, password="Canary-new-1")
    page = visitor.send(visitor.begin(), username="jane", password="Canary-new-1")
    assert page.text_of("legacy-uid") == JANE.userid


@pytest.mark.parametrize("stack", ["pool", "legacy"], indirect=True)
def test_a_user_whom_nobody_can_reach_moves_and_gets_no_code_later(
    stack: LocalStack, visitor: Visitor
) -> None:
    # MG-04, MG-06
    page = visitor.send(visitor.begin(), username="huck", password=HUCK.password)
    assert page.text_of("legacy-uid") == HUCK.userid

    stranger = Visitor(stack)
    ask_for_a_code(stranger, "huck")
    stranger.browser.close()

    assert stack.cognito.outbox.messages() == ()
