"""Cognito replaces the app client's secret while users are signed in; no process starts anew."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

import pytest

from authcore.adapters.http import HttpClient
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor
from support.gate import AMPLE


JANE: Final = SEED_USERS[0]
DUE: Final = timedelta(minutes=4)
EXPIRED: Final = timedelta(minutes=6)

SignIn = Callable[[], Visitor]


@pytest.fixture(name="stack", scope="module")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), managed_secret=True) as stack:
        yield stack


@pytest.fixture(name="sign_in")
def _sign_in(stack: LocalStack) -> Iterator[SignIn]:
    visitors: list[Visitor] = []

    def sign_in() -> Visitor:
        visitor = Visitor(stack)
        visitors.append(visitor)
        page = visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
        assert page.text_of("legacy-uid") == JANE.userid
        return visitor

    yield sign_in
    stack.cognito.client_secrets.is_manager_available = True
    for visitor in visitors:
        visitor.browser.close()


def status_of(visitor: Visitor, stack: LocalStack) -> int:
    return visitor.browser.get(f"{stack.auth_url}/auth/session", accept="application/json").status


def metrics(stack: LocalStack) -> str:
    http = HttpClient(within=AMPLE, max_bytes=1_000_000)
    answer = http.request("GET", f"http://127.0.0.1:{stack.addresses.ports.auth}/metrics")
    http.close()
    return answer.body.decode()


@pytest.mark.parametrize("age", [DUE, EXPIRED], ids=["due", "expired"])
@pytest.mark.parametrize("kept", [timedelta(0), timedelta(hours=1)], ids=["gone", "kept"])
def test_sessions_survive_a_rotation_whether_or_not_the_old_secret_lives_on(
    stack: LocalStack, sign_in: SignIn, age: timedelta, kept: timedelta
) -> None:
    # RF-02
    visitor = sign_in()
    stack.cognito.rotate_client_secret(keep_old_for=kept)
    stack.clock.advance(age)

    assert status_of(visitor, stack) == 200
    assert visitor.browser.get(f"{stack.cms_url}/articles").status == 200


def test_a_sign_in_and_a_sign_out_use_the_secret_of_now(stack: LocalStack, sign_in: SignIn) -> None:
    stack.cognito.rotate_client_secret()
    stack.clock.advance(timedelta(seconds=2))
    visitor = sign_in()
    stack.cognito.rotate_client_secret()
    stack.clock.advance(timedelta(seconds=2))

    form = visitor.browser.get(f"{stack.auth_url}/auth/signout").form
    assert form is not None
    assert visitor.browser.send(form).status == 303
    assert status_of(visitor, stack) == 401


def test_requests_that_run_into_a_rotation_together_cause_one_read(
    stack: LocalStack, sign_in: SignIn
) -> None:
    # RF-02, RF-03
    visitors = [sign_in() for _ in range(6)]
    for visitor in visitors:
        assert status_of(visitor, stack) == 200
    stack.clock.advance(DUE)
    stack.cognito.rotate_client_secret()
    before = stack.cognito.client_secrets.reads
    statuses: list[int] = []
    together = threading.Barrier(len(visitors))

    def ask(visitor: Visitor) -> None:
        together.wait()
        statuses.append(status_of(visitor, stack))

    threads = [threading.Thread(target=ask, args=(visitor,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * len(visitors)
    demanded, of_age = 2, 2  # the current version and the one before, each
    assert stack.cognito.client_secrets.reads - before <= demanded + of_age


def test_while_secrets_manager_is_down_the_last_good_secret_serves(
    stack: LocalStack, sign_in: SignIn
) -> None:
    visitor = sign_in()
    stack.cognito.client_secrets.is_manager_available = False
    for _ in range(3):
        stack.clock.advance(EXPIRED)
        assert status_of(visitor, stack) == 200


def test_until_the_new_secret_is_published_live_sessions_stay_and_expired_ones_wait(
    stack: LocalStack, sign_in: SignIn
) -> None:
    # RF-02: nothing is lost, and an operator is told.
    live, expired = sign_in(), sign_in()
    stack.clock.advance(DUE)
    stack.cognito.rotate_client_secret(published_after=timedelta(minutes=30))

    assert status_of(live, stack) == 200
    stack.clock.advance(EXPIRED)
    assert status_of(expired, stack) == 503
    assert 'outcome="misconfigured",reason="login_client"' in metrics(stack)

    stack.clock.advance(timedelta(minutes=30))
    assert (status_of(live, stack), status_of(expired, stack)) == (200, 200)


def test_a_sign_in_meanwhile_makes_no_session_and_says_whose_fault_it_is(
    stack: LocalStack, sign_in: SignIn
) -> None:
    sign_in()
    stack.cognito.rotate_client_secret(published_after=timedelta(minutes=30))
    visitor = Visitor(stack)

    page = visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)

    assert page.status == 502
    assert "Something is wrong on our side" in page.text
    assert status_of(visitor, stack) == 401
    visitor.browser.close()
    stack.clock.advance(timedelta(minutes=30))
    assert status_of(sign_in(), stack) == 200


@pytest.fixture(name="rebuilt", params=["direct", "get_tokens"])
def _rebuilt(stack: LocalStack, request: pytest.FixtureRequest) -> Iterator[None]:
    """Guard and auth service refresh in another way than by default."""
    way: str = request.param
    name = "AUTHCORE_GUARD_REFRESH" if way == "direct" else "AUTHCORE_REFRESH_BY"
    stack.rebuild({name: way})
    yield
    stack.rebuild()


@pytest.mark.usefixtures("rebuilt")
def test_whichever_way_sessions_are_refreshed_a_rotation_ends_none_and_a_revocation_one(
    stack: LocalStack, sign_in: SignIn
) -> None:
    # RF-02
    articles = f"{stack.cms_url}/articles"
    one, other = sign_in(), sign_in()
    stack.cognito.rotate_client_secret()
    stack.clock.advance(EXPIRED)
    assert one.browser.get(articles).status == 200

    stack.cognito.rotate_client_secret(published_after=timedelta(minutes=30))
    stack.clock.advance(EXPIRED)
    assert [visitor.browser.get(articles).status for visitor in (one, other)] == [503, 503]

    stack.clock.advance(timedelta(minutes=30))
    assert [visitor.browser.get(articles).status for visitor in (one, other)] == [200, 200]
    [jane] = [user for user in stack.cognito.users.all_users() if user.username == JANE.username]
    stack.cognito.sessions.end_all_of(jane.subject)
    stack.clock.advance(EXPIRED)
    assert one.browser.get(articles).status == 302
