"""One password for both logins, in the local stack, changed on either side."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from typing import Final

import attrs
import pytest
from dependency_injector import providers

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.cognito.user_administration import CognitoUserAdministration
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import CredentialsRejectedError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.urls import service_url
from authcore.domain.services.accounts.linked_users import LinkedUsers
from authcore.testing.fakes.system import FrozenClock, RecordedAsyncPause
from authcore_local.addresses import CLIENT_ID, POOL_ID, REGION, Ports
from authcore_local.cognito.errors import CognitoError
from authcore_local.legacy.legacy_system import StoredAccount
from authcore_local.legacy.old_login import LATER, NEW_LOGIN, POLICY, WRONG, WRONG_CURRENT
from authcore_local.legacy.pool_passwords import AuthServicePasswords
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser, Form, Page
from authcore_web.container import WebContainer, web_container
from support.gate import AMPLE


OLD: Final = "canary-Thornfield-1847"
NEW: Final = "canary-Ferndean-1848"

_numbers: Final = count(1)


class Pool:
    """The pool's API, as the new login and an administrator call it."""

    def __init__(self, stack: LocalStack) -> None:
        url = service_url(stack.addresses.cognito_server_url)
        self._unsigned = unsigned_cognito_client(region=REGION, endpoint_url=url, within=AMPLE)
        self._admin = cognito_client(region=REGION, endpoint_url=url, within=AMPLE)
        self.administration = CognitoUserAdministration(client=self._admin, user_pool_id=POOL_ID)
        self.authenticator = CognitoPasswordAuthenticator(
            client=self._unsigned,
            user_pool_id=POOL_ID,
            client_id=CLIENT_ID,
            client_secret=stack.environment["AUTHCORE_SIGN_IN_CLIENT_SECRET"],
            clock=stack.clock,
            entropy=SystemEntropy(),
        )

    def sign_in(self, username: str, password: str) -> TokenSet:
        answered = self.authenticator.begin(
            Credentials(username, password), flow="USER_PASSWORD_AUTH"
        )
        assert isinstance(answered, TokenSet)
        return answered

    def close(self) -> None:
        self._unsigned.close()
        self._admin.close()


@attrs.frozen
class Person:
    """A user of the legacy system, and both ways in."""

    stack: LocalStack
    pool: Pool
    username: str
    userid: str

    def old_login(self, password: str) -> str:
        """What the old login says; empty where it signs the user in."""
        with self._visit(password) as (_, page):
            return "" if page.status == 303 else page.text_of("alert")

    def new_login(self, password: str) -> bool:
        """Whether the pool signs the user in with *password*; the first time it migrates."""
        try:
            self.pool.sign_in(self.username, password)
        except CredentialsRejectedError:
            return False
        return True

    def change_password(self, new: str, *, at: str = OLD, current: str = OLD) -> str:
        """Sign in with *at*, change it on the old profile page; what that page says."""
        with self._visit(at) as (browser, page):
            assert page.status == 303
            form = browser.get(f"{self.stack.addresses.legacy_site_url}/password").form
            assert form is not None
            answered = browser.send(Form(form.url, {"current": current, "new": new}))
        return answered.text_of("alert") or answered.text_of("status")

    @property
    def account(self) -> StoredAccount:
        account = self.stack.legacy.account(self.userid)
        assert account is not None
        return account

    @contextmanager
    def _visit(self, password: str) -> Iterator[tuple[Browser, Page]]:
        """A browser that has just sent the form of the old login."""
        with closing(Browser(self.stack.clock)) as browser:
            form = browser.get(self.stack.addresses.legacy_login_url).form
            assert form is not None
            fields = {"username": self.username, "password": password}
            yield browser, browser.send(Form(form.url, fields))


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Its refusals come at once."""
    at_once = providers.Object(RecordedAsyncPause(FrozenClock()))
    with WebContainer.async_pause.override(at_once), LocalStack(ports=Ports.free()) as stack:
        yield stack


@pytest.fixture(scope="module")
def pool(stack: LocalStack) -> Iterator[Pool]:
    with closing(Pool(stack)) as pool:
        yield pool


@pytest.fixture
def newcomer(stack: LocalStack, pool: Pool) -> Person:
    """Known to the legacy system only."""
    username = f"reader{next(_numbers)}"
    email = f"{username}@thornfield.example"
    userid = stack.legacy.sign_up(username, OLD, email, email_verified=True)
    return Person(stack, pool, username, userid)


@pytest.fixture
def person(newcomer: Person) -> Person:
    """Moved, and linked on both sides."""
    assert newcomer.new_login(OLD)
    assert newcomer.account.cognito_id
    return newcomer


def test_before_the_move_the_old_login_asks_nobody(stack: LocalStack, newcomer: Person) -> None:
    assert newcomer.old_login("wrong") == WRONG
    begun = stack.flow.since(0)[-1].number
    assert newcomer.old_login(OLD) == ""
    assert {hop.receiver for hop in stack.flow.since(begun)} == {"legacy"}


def test_a_password_that_changed_in_cognito_counts_at_the_old_login(person: Person) -> None:
    person.pool.administration.set_password(person.username, NEW)

    assert person.old_login(NEW) == ""
    assert person.old_login(OLD) == WRONG


def test_a_password_that_changed_in_the_old_profile_page_counts_at_the_new_login(
    person: Person,
) -> None:
    assert person.change_password(NEW) == "Your password has changed."

    assert person.new_login(NEW)
    assert not person.new_login(OLD)
    assert person.old_login(NEW) == ""
    assert person.old_login(OLD) == WRONG


def test_a_change_needs_the_present_password_and_one_that_the_pool_accepts(
    person: Person,
) -> None:
    assert person.change_password("short") == POLICY
    assert person.change_password(NEW, current="wrong") == WRONG_CURRENT
    assert person.old_login(OLD) == ""
    assert person.new_login(OLD)


def test_a_change_ends_the_sessions_of_the_new_login(person: Person) -> None:
    token = person.pool.sign_in(person.username, OLD).refresh_token or ""
    sessions = person.stack.cognito.sessions
    assert sessions.session_of(token, CLIENT_ID).client_id == CLIENT_ID

    person.change_password(NEW)

    with pytest.raises(CognitoError):
        sessions.session_of(token, CLIENT_ID)


def test_a_check_leaves_no_session_and_no_user_behind(person: Person) -> None:
    stack, begun = person.stack, person.stack.flow.since(0)[-1].number
    users, accounts = stack.cognito.users.all_users(), stack.legacy.accounts()

    assert person.old_login(OLD) == ""

    assert stack.cognito.users.all_users() == users
    assert stack.legacy.accounts() == accounts
    asked = [hop.request for hop in stack.flow.since(begun) if hop.receiver == "cognito"]
    assert [each for each in asked if "revoke" in each]


def test_a_disabled_user_is_refused_like_a_wrong_password(person: Person) -> None:
    person.pool.administration.disable_user(person.username)
    assert person.old_login(OLD) == WRONG


def test_a_user_who_must_choose_a_password_is_sent_to_the_new_login(person: Person) -> None:
    person.stack.cognito.users.set_password(person.username, NEW, "FORCE_CHANGE_PASSWORD")
    assert person.old_login(NEW) == NEW_LOGIN
    assert person.old_login(OLD) == WRONG


def test_of_changes_at_once_one_counts_for_both_logins(person: Person) -> None:
    passwords = [f"canary-Gateshead-{number}" for number in range(4)]
    account = person.account
    key = person.stack.environment["AUTHCORE_OLD_LOGIN_CALLER_KEYS"].partition("=")[2]
    with (
        closing(AuthServicePasswords.at(person.stack.addresses.auth_server_url, key)) as asked,
        ThreadPoolExecutor(4) as threads,
    ):
        ask = partial(asked.change, person.userid, account.cognito_id or "")
        assert [*threads.map(ask, passwords)] == ["changed"] * 4

    [held] = [each for each in passwords if person.new_login(each)]
    assert [each for each in passwords if person.old_login(each) == ""] == [held]


def test_crossed_links_open_nothing(stack: LocalStack, person: Person) -> None:
    """The pool user of one account names another one."""
    stack.cognito.users.change(
        person.username,
        lambda user: attrs.evolve(
            user, attributes={**user.attributes, "custom:legacy_uid": "another"}
        ),
    )
    assert person.old_login(OLD) == WRONG


def test_a_user_who_is_gone_is_not_made_again(person: Person) -> None:
    """The own hash still knows the password, and the migration function would accept it."""
    stack = person.stack
    stack.cognito.users.delete(person.username)
    users = stack.cognito.users.all_users()

    assert person.old_login(OLD) == WRONG

    assert stack.cognito.users.all_users() == users


@attrs.frozen
class _Deleting(LinkedUsers):
    """Finds a user, who is then deleted."""

    delete: Callable[[], object]

    def find(self, account: MovedAccount) -> DirectoryUser:
        found = LinkedUsers.find(self, account)
        self.delete()
        return found


def test_a_user_who_is_deleted_during_a_check_is_not_migrated_by_it(
    stack: LocalStack, newcomer: Person
) -> None:
    """The account has no Cognito id yet: the migration function would accept the password."""
    users = stack.cognito.users
    user = users.create(
        newcomer.username,
        OLD,
        status="CONFIRMED",
        attributes={"custom:legacy_uid": newcomer.userid},
    )
    made = web_container(stack.environment).old_login()
    assert made is not None
    racing = _Deleting(newcomer.pool.administration, lambda: users.delete(newcomer.username))
    verification = attrs.evolve(made.verification, users=racing)

    with pytest.raises(CredentialsRejectedError):
        verification.verify(MovedAccount(newcomer.userid, user.subject), OLD, caller="legacy")

    made.close()
    assert users.find(newcomer.username) is None
    assert newcomer.new_login(OLD)
    assert users.find(newcomer.username), "elsewhere the same password migrates the user"


def test_guesses_at_the_old_login_end_before_cognitos_lockout(
    person: Person, stack: LocalStack
) -> None:
    # MG-05
    said = [person.old_login(f"wrong-{number}") for number in range(12)]
    assert said[0] == WRONG
    assert said[-1] == LATER
    assert person.old_login(OLD) == LATER


def test_in_an_outage_nobody_who_moved_is_let_in_and_who_has_not_is(
    stack: LocalStack, person: Person
) -> None:
    other = f"reader{next(_numbers)}"
    not_moved = Person(stack, person.pool, other, stack.legacy.sign_up(other, OLD, None))
    stack.lose_region()
    try:
        assert person.old_login(OLD) == LATER
        assert not_moved.old_login(OLD) == ""
    finally:
        stack.restore_region()
    assert person.old_login(OLD) == ""


def test_the_flow_shows_no_password(stack: LocalStack) -> None:
    assert "canary" not in repr(stack.flow.since(0))
