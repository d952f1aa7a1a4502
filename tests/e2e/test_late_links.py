"""Native users of a pool whose managed login fires no post authentication, through the stack."""

from collections.abc import Iterator
from typing import Final

import attrs
import pytest

from authcore.domain.model.link_proofs import LinkProofs
from authcore.settings.parsers import key_ring
from authcore_local.addresses import POOL_ID, Ports
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Page
from e2e.visitor import Visitor, both_sides


LINKED: Final = "custom:legacy_linked"
PASSWORD: Final = "Thornfield-1847"
NEW: Final = "Canary-new-1"


@pytest.fixture(name="policy", params=["allow", "block"])
def _policy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(name="stack")
def _stack(policy: str) -> Iterator[LocalStack]:
    with LocalStack(
        ports=Ports.free(),
        post_authentication_in_managed_login=False,
        variables={"AUTHCORE_LINKING_ON_FAILURE": policy},
    ) as stack:
        yield stack


def signed_in(stack: LocalStack, username: str, password: str) -> Page:
    """What a browser of their own shows them in the end."""
    visitor = Visitor(stack)
    page = visitor.send(visitor.begin(), username=username, password=password)
    visitor.browser.close()
    return page


def signed_up(stack: LocalStack) -> None:
    visitor = Visitor(stack)
    form = visitor.open(visitor.begin(), "/signup")
    who = {"username": "lizzy", "email": "lizzy@longbourn.example", "name": "Lizzy"}
    prompt = visitor.send(form, **who, password=NEW)
    visitor.send(prompt, username="lizzy", code=stack.cognito.outbox.messages()[0].code)
    visitor.browser.close()


def unmark(stack: LocalStack, username: str, *names: str) -> None:
    """As if a trigger had failed."""
    stack.cognito.users.change(
        username,
        lambda user: attrs.evolve(
            user, attributes={k: v for k, v in user.attributes.items() if k not in names}
        ),
    )


def is_proven(stack: LocalStack, username: str, legacy_uid: str) -> bool:
    user = stack.cognito.users.find(username)
    assert user is not None
    keys = key_ring(stack.environment["AUTHCORE_LINK_PROOF_KEYS"])
    held = user.attributes.get(LINKED)
    return LinkProofs(keys, POOL_ID).is_linked(held, user.subject, legacy_uid)


def test_somebody_migrated_by_password_is_attached_at_their_first_sign_in(
    stack: LocalStack,
) -> None:
    # AL-07
    page = signed_in(stack, "jane", PASSWORD)

    assert page.text_of("legacy-uid") == "1847"
    assert both_sides(stack, "1847").cognito_id
    assert is_proven(stack, "jane", "1847")


def test_once_linked_the_legacy_system_is_not_needed_any_more(stack: LocalStack) -> None:
    # LT-06
    signed_in(stack, "jane", PASSWORD)
    signed_up(stack)
    before = len(stack.legacy.calls)
    stack.legacy.behave("down")

    assert signed_in(stack, "jane", PASSWORD).text_of("legacy-uid") == "1847"
    uid = signed_in(stack, "lizzy", NEW).text_of("legacy-uid")
    assert is_proven(stack, "lizzy", uid)
    assert len(stack.legacy.calls) == before


def test_whoever_could_not_be_linked_when_they_signed_up_is_linked_at_the_next_sign_in(
    stack: LocalStack,
) -> None:
    # LT-06, AL-07
    signed_up(stack)
    unmark(stack, "lizzy", LINKED, "custom:legacy_uid")
    before = len(stack.legacy.accounts())

    page = signed_in(stack, "lizzy", NEW)

    assert is_proven(stack, "lizzy", page.text_of("legacy-uid"))
    both_sides(stack, page.text_of("legacy-uid"))
    assert len(stack.legacy.accounts()) == before


def test_while_the_legacy_system_is_down_the_policy_says_whether_the_unlinked_get_in(
    stack: LocalStack, policy: str
) -> None:
    # LT-06
    signed_in(stack, "jane", PASSWORD)
    unmark(stack, "jane", LINKED)
    stack.legacy.behave("down")

    page = signed_in(stack, "jane", PASSWORD)

    if policy == "allow":
        assert page.text_of("legacy-uid") == "none"
    else:
        assert page.status == 400
    stack.legacy.behave("honest")
    assert signed_in(stack, "jane", PASSWORD).text_of("legacy-uid") == "1847"
    assert is_proven(stack, "jane", "1847")


def test_google_first_and_the_old_password_later_is_one_person_or_none(stack: LocalStack) -> None:
    """The account is the external user's by then; nobody else gets it."""
    # AL-01
    visitor = Visitor(stack)
    assert visitor.continue_with("Google", "109018470001") == "1847"
    visitor.browser.close()

    signed_in(stack, "jane", PASSWORD)

    account = stack.legacy.account("1847")
    google = stack.cognito.users.identified_by("Google", "109018470001")
    assert account is not None
    assert google is not None
    assert account.cognito_id == google.subject
