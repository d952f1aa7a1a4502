"""The legacy system's profile page, and the messages that it sends."""

from collections.abc import Iterator

import attrs
import pytest

from authcore.adapters.system import SystemClock
from authcore_local.addresses import LEGACY_HOST, Ports
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.legacy.legacy_system import StoredAccount
from authcore_local.legacy.profile_page import NOT_CONFIRMED, NOT_SAVED
from authcore_local.servers import LoopbackServer
from authcore_local.stack import LocalStack
from authcore_local.tour.scripted_browser import Browser, Form, Page
from e2e.visitor import Visitor, both_sides


JANE = SEED_USERS[0]
EMAIL = "jane@moor-house.example"


class Listener:
    """Receives messages, or not."""

    def __init__(self) -> None:
        self.is_up = True
        self.sent: list[tuple[str, str]] = []

    def __call__(self, message_id: str, userid: str) -> bool:
        self.sent.append((message_id, userid))
        return self.is_up


@attrs.frozen
class Site:
    url: str
    legacy: LegacySystem
    listener: Listener

    @property
    def jane(self) -> StoredAccount:
        account = self.legacy.account(JANE.userid)
        assert account is not None
        return account


@pytest.fixture
def site() -> Iterator[Site]:
    listener = Listener()
    legacy = LegacySystem([JANE], "key", send=listener)
    with LoopbackServer(legacy.app) as server:
        yield Site(f"http://{LEGACY_HOST}:{server.port}", legacy, listener)


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    fresh = Browser(SystemClock())
    login = Form(f"{site.url}/login", {"username": JANE.username, "password": JANE.password})
    assert fresh.send(login).status == 303
    yield fresh
    fresh.close()


def save(browser: Browser, site: Site, *, name: str = "Jane Rochester", email: str = EMAIL) -> Page:
    return browser.send(Form(f"{site.url}/profile", {"name": name, "email": email}))


def test_a_name_is_changed_at_once_and_one_message_says_so(browser: Browser, site: Site) -> None:
    page = save(browser, site, email=JANE.email or "")

    assert page.text_of("status") == "Saved."
    assert site.jane.display_name == "Jane Rochester"
    assert [userid for _, userid in site.listener.sent] == [JANE.userid]


def test_an_address_counts_once_it_is_confirmed(browser: Browser, site: Site) -> None:
    page = save(browser, site, name=JANE.display_name or "")
    assert (site.jane.email, site.listener.sent) == (JANE.email, [])
    assert page.form is not None

    browser.send(page.form)

    assert (site.jane.email, site.jane.email_verified) == (EMAIL, True)
    assert [userid for _, userid in site.listener.sent] == [JANE.userid]


def test_what_is_saved_unchanged_sends_nothing(browser: Browser, site: Site) -> None:
    # PS-04
    save(browser, site, name=JANE.display_name or "", email=JANE.email or "")

    assert site.listener.sent == []


def test_a_message_that_was_not_received_is_sent_again_with_its_id(
    browser: Browser, site: Site
) -> None:
    # PS-05
    site.listener.is_up = False
    page = save(browser, site, name="First", email=JANE.email or "")
    assert page.text_of("status").startswith("Saved. The new system will hear of it")
    site.listener.is_up = True

    save(browser, site, name="Second", email=JANE.email or "")
    save(browser, site, name="Third", email=JANE.email or "")

    (first, *_), (again, *_), (second, *_), (third, *_) = site.listener.sent
    assert first == again
    assert len({first, second, third}) == 3


@pytest.mark.parametrize(
    ("name", "email"),
    [("Jane", ""), ("Jane", "no address"), ("Jane", "a@b@c.example"), ("x" * 101, EMAIL)],
)
def test_nonsense_is_not_saved(browser: Browser, site: Site, name: str, email: str) -> None:
    page = save(browser, site, name=name, email=email)

    assert (page.status, page.text_of("alert")) == (400, NOT_SAVED)
    assert (site.jane.display_name, site.listener.sent) == (JANE.display_name, [])


def test_what_was_typed_is_shown_as_text(browser: Browser, site: Site) -> None:
    page = save(browser, site, name='"><script>alert(1)</script>', email='"<b>"@x.example')

    assert "<script>" not in page.text
    assert "<b>" not in page.text


def test_without_a_session_there_is_no_profile(site: Site) -> None:
    stranger = Browser(SystemClock())

    assert stranger.get(f"{site.url}/profile").location == f"{site.url}/login"
    assert save(stranger, site).location == f"{site.url}/login"
    confirm = Form(f"{site.url}/profile/confirm", {"token": "x"})
    assert stranger.send(confirm).location == f"{site.url}/login"
    assert site.listener.sent == []
    stranger.close()


def test_a_made_up_token_confirms_nothing(browser: Browser, site: Site) -> None:
    save(browser, site)
    page = browser.send(Form(f"{site.url}/profile/confirm", {"token": "x"}))

    assert (page.status, page.text_of("alert")) == (400, NOT_CONFIRMED)
    assert site.jane.email == JANE.email


def test_a_user_without_an_address_can_change_the_name(site: Site) -> None:
    userid = site.legacy.sign_up("bartleby", "I-would-prefer-not-to-1853", None)
    visitor = Browser(SystemClock())
    typed = {"username": "bartleby", "password": "I-would-prefer-not-to-1853"}
    visitor.send(Form(f"{site.url}/login", typed))

    page = save(visitor, site, name="Bartleby", email="")
    visitor.close()

    account = site.legacy.account(userid)
    assert page.text_of("status") == "Saved."
    assert account is not None
    assert (account.display_name, account.email) == ("Bartleby", None)


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def pool_name(stack: LocalStack) -> str | None:
    """The name that the pool holds of Jane."""
    account = both_sides(stack, JANE.userid)
    user = stack.cognito.users.with_subject(account.cognito_id or "")
    return user.attributes.get("name") if user else None


def test_a_change_reaches_the_pool_and_a_provider_does_not_take_it_back(
    stack: LocalStack,
) -> None:
    # PS-04
    visitor = Visitor(stack)
    assert visitor.continue_with("Google", "109018470001") == JANE.userid
    assert pool_name(stack) == JANE.display_name

    assert stack.legacy.change_name(JANE.userid, "Jane Rochester")
    changed = pool_name(stack)
    visitor.continue_with("Google", "109018470001")
    visitor.browser.close()

    assert (changed, pool_name(stack)) == ("Jane Rochester", "Jane Rochester")


def test_every_hop_of_a_change_is_shown(stack: LocalStack) -> None:
    start = len(stack.flow.since(0))
    stack.legacy.change_name(JANE.userid, "Jane Eyre Rochester")

    hops = [
        (hop.sender, hop.receiver, hop.request, hop.answer) for hop in stack.flow.since(0)[start:]
    ]
    assert ("legacy", "auth", "POST /auth/profile-changed", "200") in hops
    assert ("auth", "legacy", "POST /api/cognito_helper/profiles", "200 profiles") in hops


@pytest.fixture(scope="module", name="pool_owns_all")
def _pool_owns_all() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), variables={"AUTHCORE_SYNC_FIELDS": "none"}) as stack:
        yield stack


def change_in_pool(stack: LocalStack, **attributes: str) -> None:
    account = both_sides(stack, JANE.userid)
    user = stack.cognito.users.with_subject(account.cognito_id or "")
    assert user is not None
    stack.cognito.users.change(
        user.username,
        lambda held: attrs.evolve(held, attributes={**held.attributes, **attributes}),
    )


def by_password(stack: LocalStack) -> str:
    """Sign Jane in with her password; the id that the CMS shows."""
    visitor = Visitor(stack)
    page = visitor.send(visitor.begin(), username=JANE.username, password=JANE.password)
    visitor.browser.close()
    return page.text_of("legacy-uid")


def test_what_a_user_changes_in_cognito_reaches_the_old_system_and_does_not_come_back(
    pool_owns_all: LocalStack,
) -> None:
    # PS-04
    stack = pool_owns_all
    assert by_password(stack) == JANE.userid
    change_in_pool(stack, email=EMAIL, email_verified="true", name="Jane Rochester")

    assert by_password(stack) == JANE.userid
    account = both_sides(stack, JANE.userid)
    assert (account.email, account.email_verified, account.display_name) == (
        EMAIL,
        True,
        "Jane Rochester",
    )
    start = len(stack.flow.since(0))
    assert stack.legacy.send_messages()
    hops = [hop.request for hop in stack.flow.since(0)[start:]]
    assert "POST /auth/profile-changed" in hops
    assert [each for each in hops if "AdminUpdate" in each] == []


def test_an_outage_of_the_old_system_keeps_no_linked_user_out(pool_owns_all: LocalStack) -> None:
    # LT-06
    stack = pool_owns_all
    by_password(stack)
    before = both_sides(stack, JANE.userid).display_name
    change_in_pool(stack, name="Mrs Rochester")
    stack.legacy.behave("down")

    assert by_password(stack) == JANE.userid
    stack.legacy.behave("honest")
    assert both_sides(stack, JANE.userid).display_name == before
    assert by_password(stack) == JANE.userid
    assert both_sides(stack, JANE.userid).display_name == "Mrs Rochester"
