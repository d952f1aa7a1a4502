"""Sessions live through a switch of the pool's issuer, and through a fail-over and back."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.provider_links import CognitoProviderLinks
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.adapters.region_turns import COOL_DOWN
from authcore.domain.errors import ProviderUnavailableError, RejectedError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.urls import service_url
from authcore_local.addresses import POOL_ID, Ports
from authcore_local.cognito.config import IssuerType
from authcore_local.lifetimes import Lifetimes
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor
from support.gate import AMPLE


LIZZY_AT_GOOGLE = "109018170003"
FORMS: tuple[IssuerType, ...] = ("UPDATED", "ORIGINAL", "UPDATED")
DUE = timedelta(minutes=4)
OVER = timedelta(minutes=6)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    lifetimes = Lifetimes(refresh=timedelta(hours=12))
    with LocalStack(ports=Ports.free(has_replica=True), lifetimes=lifetimes) as running:
        yield running


@pytest.fixture(scope="module")
def visitor(stack: LocalStack) -> Iterator[Visitor]:
    someone = Visitor(stack)
    someone.send(someone.begin("?provider=Google"), person=LIZZY_AT_GOOGLE)
    yield someone
    someone.browser.close()


@pytest.fixture(autouse=True)
def _as_before(stack: LocalStack) -> Iterator[None]:
    yield
    stack.cognito.app.state = "up"
    stack.cognito.switch_issuer("ORIGINAL")
    stack.clock.advance(COOL_DOWN)


def is_signed_in(stack: LocalStack, visitor: Visitor) -> bool:
    page = visitor.browser.get(f"{stack.cms_url}/api/me")
    assert page.status in (200, 401, 503), page.status
    return page.status == 200


@pytest.mark.parametrize("waited", [DUE, OVER], ids=["live", "expired"])
def test_a_session_lives_through_a_switch_of_the_issuer_and_back(
    stack: LocalStack, visitor: Visitor, waited: timedelta
) -> None:
    # RF-04, TV-07
    for form in FORMS:
        stack.cognito.switch_issuer(form)
        for _ in range(2):
            assert is_signed_in(stack, visitor)
            stack.clock.advance(waited)
        assert is_signed_in(stack, visitor)


def test_a_sign_in_that_was_begun_before_a_switch_ends_after_it(stack: LocalStack) -> None:
    # SP-10
    someone = Visitor(stack)
    consent = someone.begin("?provider=Google")
    stack.cognito.switch_issuer("UPDATED")
    someone.send(consent, person=LIZZY_AT_GOOGLE)

    assert is_signed_in(stack, someone)
    someone.browser.close()


def test_a_session_lives_through_a_fail_over_and_back(stack: LocalStack, visitor: Visitor) -> None:
    # RF-02: the primary region refuses connections for an hour.
    stack.lose_region()
    try:
        for _ in range(3):
            stack.clock.advance(OVER)
            assert is_signed_in(stack, visitor)
    finally:
        stack.restore_region()
    stack.clock.advance(OVER)
    assert is_signed_in(stack, visitor)


def test_a_process_that_starts_in_an_outage_gets_its_keys_in_the_other_region(
    stack: LocalStack, visitor: Visitor
) -> None:
    # KS-03
    stack.lose_region()
    try:
        stack.rebuild()
        assert is_signed_in(stack, visitor)
    finally:
        stack.restore_region()


def test_a_region_that_answers_with_errors_costs_no_session(
    stack: LocalStack, visitor: Visitor
) -> None:
    stack.cognito.app.state = "errors"
    stack.clock.advance(OVER)
    first = visitor.browser.get(f"{stack.cms_url}/api/me")
    assert first.status == 503  # the outcome of this one refresh is unknown: it is not repeated

    stack.clock.advance(timedelta(seconds=11))
    assert is_signed_in(stack, visitor)


def test_no_write_at_a_replica_reads_as_a_refusal(stack: LocalStack, visitor: Visitor) -> None:
    # AL-05
    assert is_signed_in(stack, visitor)
    client = cognito_client(
        region="eu-local-2",
        endpoint_url=service_url(stack.addresses.replica_url or ""),
        within=AMPLE,
    )
    user = next(iter(stack.cognito.users.all_users()))
    directory = CognitoUserDirectory(client=client, user_pool_id=POOL_ID)
    links = CognitoProviderLinks(client=client, user_pool_id=POOL_ID)
    sessions = CognitoUserSessions(client=client, user_pool_id=POOL_ID)
    identity = ExternalIdentity("Google", "1234567890", "Google")

    found = directory.find(user.username)
    assert found is not None
    assert found.subject == user.subject
    writes: list[Callable[[], None]] = [
        lambda: directory.set_attributes(user.username, {"name": "x"}),
        lambda: directory.set_attributes(user.username, {"custom:legacy_uid": "1"}),
        lambda: directory.delete_user(user.username),
        lambda: links.link_provider(user.username, identity),
        lambda: sessions.sign_out_everywhere(user.username),
    ]
    for write in writes:
        with pytest.raises(ProviderUnavailableError) as outage:
            write()
        assert not isinstance(outage.value, RejectedError)
        assert outage.value.detail == "OperationNotEnabledException"
    client.close()
