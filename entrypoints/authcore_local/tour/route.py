"""The way the tour takes, and what must come back at each hop."""

from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import quote

from authcore.adapters.http import HttpFailedError
from authcore.adapters.system import SystemClock
from authcore_local.flow import Actor
from authcore_local.key_fetches import KEYS_REQUEST
from authcore_local.legacy import SEED_USERS
from authcore_local.recording import shown_url
from authcore_local.stack import LocalStack
from authcore_local.tour.answers import Inner, Places, inner_rows, said, with_altered_state
from authcore_local.tour.browser import Browser, Form, Page
from authcore_local.tour.report import Report, Row, WrongHopError


Breakage = Literal["legacy", "allowlist", "keys"]
"""
What can be broken on purpose: the legacy system stops, the allow-list shrinks between start and
callback, the signing keys are rotated away after sign-in: the guard has to ask for new tokens.
"""

DEEP_LINK: Final = "/new-post?draft=7&tab=2"
PERSON: Final = SEED_USERS[0]

_SHOWN_PARAMETERS: Final = frozenset({"redirect", "draft", "tab", "error"})


def migration(legacy_answer: str) -> tuple[Inner, ...]:
    """The user migration trigger fires and asks the legacy system."""
    return (
        Inner("lambda", "legacy", "POST /api/login", legacy_answer),
        Inner("cognito", "lambda", "UserMigration_Authentication", "answered"),
    )


LINKED: Final = (Inner("cognito", "lambda", "PostAuthentication_Authentication", "answered"),)
"""The account linking trigger fires, and asks nobody about whom both sides know."""

LINKING: Final = (
    Inner("lambda", "legacy", "POST /api/cognito_helper/attach", "200 attached"),
    *LINKED,
)
"""It sees to it that the legacy system knows the ``sub``."""

FIRST_TIME: Final = (
    *migration("200 authenticated"),
    Inner("cognito", "lambda", "PreSignUp_AdminCreateUser", "answered"),
    *LINKING,
)
EXCHANGE: Final = (
    Inner("auth", "cognito", "POST /oauth2/token", "200 tokens"),
    Inner("cognito", "lambda", "TokenGeneration_HostedAuth", "answered"),
)


def keys_for(asking: Actor) -> Inner:
    """Whoever checks a token for the first time asks for the keys, and then has them."""
    return Inner(asking, "cognito", KEYS_REQUEST, "200 keys")


class Tour:
    """Goes the whole way once; stops at the first hop that is wrong."""

    def __init__(
        self, stack: LocalStack, report: Report, *, breakage: Breakage | None = None
    ) -> None:
        """
        Be ready to go.

        Args:
            stack: Running.

            report: Learns of every hop.

            breakage: What to break on the way.
        """
        self._stack = stack
        self._report = report
        self._breakage = breakage
        self._places = Places(stack.addresses)
        self._hello = f"Hello, {PERSON.display_name}, legacy id {PERSON.userid}"

    def drive(self) -> None:
        """Go, as far as all is right."""
        browser, fresh = Browser(SystemClock()), Browser(SystemClock())
        try:
            callback = self._first_sign_in(browser)
            self._what_must_be_refused(browser, fresh, callback)
            self._closed_to_a_fresh_browser(fresh)
            self._second_sign_in(fresh)
        except WrongHopError:
            return
        finally:
            browser.close()
            fresh.close()

    def _first_sign_in(self, browser: Browser) -> str:
        """From the deep link and back to it; the callback's URL, for those who try it again."""
        login = self._up_to_the_form(browser, DEEP_LINK)
        self._break("legacy", self._stack.stop_legacy)
        login = self._type(
            browser,
            login,
            "not-the-password",
            "400 Incorrect username or password.",
            migration("200 rejected"),
        )
        signed_in = self._type(
            browser,
            login,
            PERSON.password,
            "302 to auth /auth/signin/callback",
            FIRST_TIME,
        )
        self._break("allowlist", self._shrink_allowlist)
        exchange = (*EXCHANGE, keys_for("auth"))
        back = self._get(browser, signed_in.location, f"302 to cms {DEEP_LINK}", inner=exchange)
        self._break("keys", self._rotate_keys_away)
        greeting = f"200 {self._hello}, draft 7, tab 2"
        self._get(browser, back.location, greeting, inner=(keys_for("cms"),))
        session = f"{self._stack.auth_url}/auth/session"
        self._get(browser, session, f"200 {PERSON.display_name}, legacy id {PERSON.userid}")
        return signed_in.location

    def _up_to_the_form(self, browser: Browser, path: str) -> Page:
        guarded = self._get(browser, self._stack.cms_url + path, "302 to auth /auth/signin")
        begun = self._get(browser, guarded.location, "302 to cognito /oauth2/authorize")
        authorize = self._get(browser, begun.location, "302 to cognito /login")
        return self._get(browser, authorize.location, "200 sign-in form")

    def _what_must_be_refused(self, browser: Browser, other: Browser, callback: str) -> None:
        self._refused(browser, callback, "400 login_attempt", "the same again")
        begin = f"{self._stack.auth_url}/auth/signin?redirect="
        home = quote(f"{self._stack.cms_url}/", safe="")
        begun = self._get(browser, begin + home, "302 to cognito /oauth2/authorize")
        known = self._get(browser, begun.location, "302 to auth /auth/signin/callback")
        altered = with_altered_state(known.location)
        self._refused(browser, altered, "400 login_attempt", "state altered")
        self._refused(other, known.location, "400 login_attempt", "in another browser")
        foreign = quote("http://cms.authcore.localhost.evil.example/", safe="")
        self._refused(browser, begin + foreign, "400 redirect_rejected", "foreign target")

    def _closed_to_a_fresh_browser(self, fresh: Browser) -> None:
        articles, me = f"{self._stack.cms_url}/articles", f"{self._stack.cms_url}/api/me"
        self._get(fresh, articles, "302 to auth /auth/signin", remark="fresh browser")
        self._refused(fresh, me, "401 no_session", "fresh browser")

    def _second_sign_in(self, fresh: Browser) -> None:
        """The person is in the pool by now, and linked: nobody asks the legacy system anything."""
        login = self._up_to_the_form(fresh, "/articles")
        answer = "302 to auth /auth/signin/callback"
        signed_in = self._type(fresh, login, PERSON.password, answer, LINKED)
        back = self._get(fresh, signed_in.location, "302 to cms /articles", inner=EXCHANGE)
        self._get(fresh, back.location, f"200 {self._hello}")

    def _break(self, what: Breakage, how: Callable[[], None]) -> None:
        if self._breakage == what:
            how()

    def _shrink_allowlist(self) -> None:
        only = self._stack.auth_url
        self._stack.rebuild(
            {"AUTHCORE_SIGN_IN_REDIRECTS": only, "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": f"{only}/"}
        )

    def _rotate_keys_away(self) -> None:
        self._stack.cognito.rotate_keys(keep_old=False)
        self._stack.rebuild()

    def _get(
        self,
        browser: Browser,
        url: str,
        expected: str,
        *,
        inner: tuple[Inner, ...] = (),
        remark: str = "",
    ) -> Page:
        return self._hop("GET", url, lambda: browser.get(url), expected, inner, remark)

    def _refused(self, browser: Browser, url: str, expected: str, remark: str) -> None:
        """Asked as a program asks, so that the reason comes as a code."""
        json = "application/json"
        self._hop("GET", url, lambda: browser.get(url, accept=json), expected, (), remark)

    def _type(
        self,
        browser: Browser,
        login: Page,
        password: str,
        expected: str,
        inner: tuple[Inner, ...] = (),
    ) -> Page:
        form = login.form or Form(login.url, {})
        typed = Form(form.url, {**form.fields, "username": PERSON.username, "password": password})
        remark = "the right password" if password == PERSON.password else "a wrong password"
        return self._hop("POST", form.url, lambda: browser.send(typed), expected, inner, remark)

    def _hop(
        self,
        method: str,
        url: str,
        send: Callable[[], Page],
        expected: str,
        inner: tuple[Inner, ...],
        remark: str,
    ) -> Page:
        place = self._places.of(url)
        if place is None:
            raise ValueError("the tour stays within the local stack")
        receiver, path = place
        last = self._last_hop()
        page, answer = self._answered(url, send)
        asked = f"{method} {shown_url(path, _SHOWN_PARAMETERS)} {remark and f'({remark})'}".rstrip()
        row = Row("browser", receiver, asked, answer, expected)
        self._report.note(*inner_rows(inner, self._stack.flow.since(last)), row)
        return page

    def _answered(self, url: str, send: Callable[[], Page]) -> tuple[Page, str]:
        try:
            page = send()
        except HttpFailedError as error:
            return Page(url, 0, "", ""), f"no answer ({error.reason})"
        return page, f"{page.status} {said(page, self._places)}"

    def _last_hop(self) -> int:
        hops = self._stack.flow.since(0)
        return hops[-1].number if hops else 0
