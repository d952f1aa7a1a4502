"""Second half of the tour: sessions are refreshed, and end."""

from typing import Final

from authcore_local.flow_controls import CLOCK_PATH, PEOPLE_PATH
from authcore_local.legacy import SEED_USERS
from authcore_local.shared_state import QUESTION
from authcore_local.tour.answers import Inner
from authcore_local.tour.scripted_browser import Browser, Form, Page
from authcore_local.tour.steps import EXCHANGE, LINKED, Steps


PERSON: Final = SEED_USERS[0]
UNMOVED: Final = SEED_USERS[1]
"""A user who never signs in to Cognito."""

SIGN_IN: Final = "302 to auth /auth/signin"
EVIL: Final = "http://evil.localhost"

VERIFIED: Final = Inner("guard", "auth", "POST /auth/verify", "200")
REFRESH: Final = (
    Inner("cognito", "lambda", "TokenGeneration_RefreshTokens", "answered"),
    Inner("auth", "cognito", "POST /oauth2/token", "200 tokens"),
    VERIFIED,
    Inner("cms", "guard", QUESTION, "refreshed"),
)
REFUSED_REFRESH: Final = (
    Inner("auth", "cognito", "POST /oauth2/token", "400 invalid_grant"),
    VERIFIED,
    Inner("cms", "guard", QUESTION, "refresh_rejected"),
)
OLD_LOGIN: Final = (
    Inner("guard", "legacy", "POST /api/session", "200 signed_in"),
    Inner("cms", "guard", QUESTION, "legacy_session"),
)
SIGNED_OUT_EVERYWHERE: Final = (
    Inner("admin", "guard", "revoked sessions", "listed"),
    Inner("admin", "cognito", "AdminUserGlobalSignOut", "200 done"),
)
DISABLED: Final = (Inner("admin", "cognito", "AdminDisableUser", "200 done"),)


class SessionsTour:
    """Moves the clock, signs out, signs out everywhere, and uses the old login."""

    def __init__(self, steps: Steps, hello: str) -> None:
        """Prepare the second half; *hello* is how the CMS greets PERSON."""
        self._steps = steps
        self._hello = hello
        addresses = steps.stack.addresses
        self._articles = f"{addresses.cms_url}/articles"
        self._session = f"{addresses.auth_url}/auth/session"
        self._addresses = addresses

    def drive(self, first: Browser, second: Browser, old_login: Browser) -> None:
        """
        Drive the second half up to the first wrong hop (WrongHopError).

        PERSON is signed in in *first* and *second*; *old_login* has no cookies.
        """
        self._refresh(second)
        self._sign_out_everywhere(first, second)
        self._sign_in_again(second)
        self._sign_out(second)
        self._old_login(old_login)
        self._disable_user(first)

    def _refresh(self, browser: Browser) -> None:
        self._move(browser, "access")
        remark = "the access token has expired"
        hello = f"200 {self._hello}"
        self._steps.get(browser, self._articles, hello, inner=REFRESH, remark=remark)
        self._steps.get(browser, self._articles, hello)

    def _sign_out_everywhere(self, first: Browser, second: Browser) -> None:
        self._administrate(second, "sign_out_everywhere", SIGNED_OUT_EVERYWHERE)
        revoked_hop = Inner("cms", "guard", QUESTION, "session_revoked")
        self._steps.get(second, self._articles, SIGN_IN, inner=(revoked_hop,), remark="at once")
        revoked_hop = Inner("auth", "guard", QUESTION, "session_revoked")
        revoked = "401 session_revoked"
        self._steps.get_json(first, self._session, revoked, inner=(revoked_hop,), remark="at once")

    def _sign_in_again(self, browser: Browser) -> None:
        """Sign in again: managed login knows the browser, but its sign-in is too old to count."""
        self._move(browser, "minute")
        steps = self._steps
        guarded = steps.get(browser, self._articles, SIGN_IN)
        begun = steps.get(browser, guarded.location, "302 to cognito /oauth2/authorize")
        arrived = "302 to auth /auth/signin/callback"
        known = steps.get(browser, begun.location, arrived)
        restart = "302 to cognito /oauth2/authorize"
        again = steps.get(
            browser, known.location, restart, inner=EXCHANGE, remark="the proof is old"
        )
        asked = steps.get(browser, again.location, "302 to cognito /login")
        login = steps.get(browser, asked.location, "200 sign-in form")
        self._arrive(browser, login)

    def _arrive(self, browser: Browser, login: Page) -> None:
        steps, arrived = self._steps, "302 to auth /auth/signin/callback"
        signed_in = steps.type(browser, login, PERSON, arrived, inner=LINKED)
        back = steps.get(browser, signed_in.location, "302 to cms /articles", inner=EXCHANGE)
        steps.get(browser, back.location, f"200 {self._hello}")

    def _sign_out(self, browser: Browser) -> None:
        steps = self._steps
        form = self._sign_out_form(browser)
        steps.press_elsewhere(browser, form, EVIL, "403 cross_site")
        steps.get(browser, self._articles, f"200 {self._hello}", remark="still signed in")
        revoked = Inner("auth", "cognito", "POST /oauth2/revoke", "200 revoked")
        self._leave(browser, form, revoked)
        steps.get_json(browser, self._session, "401 no_session", remark="signed out")

    def _sign_out_form(self, browser: Browser) -> Form:
        page = self._steps.get(browser, self._addresses.signout_url, "200 page 'Sign out?'")
        return page.form or Form(page.url, {})

    def _leave(self, browser: Browser, form: Form, ended: Inner) -> None:
        steps = self._steps
        left = steps.press(browser, form, "303 to cognito /logout", inner=(ended,))
        home = steps.get(browser, left.location, "302 to cms /")
        steps.get(browser, home.location, "200 page 'Welcome'")
        steps.get(browser, self._articles, SIGN_IN, remark="signed out")

    def _old_login(self, browser: Browser) -> None:
        steps = self._steps
        login = steps.get(browser, self._addresses.legacy_login_url, "200 sign-in form")
        steps.type(browser, login, UNMOVED, "303 to legacy /")
        hello = f"200 Hello, {UNMOVED.display_name}, legacy id {UNMOVED.userid}, by the old login"
        steps.get(browser, self._articles, hello, inner=OLD_LOGIN)
        ended = Inner("auth", "legacy", "POST /api/session/end", "200 ended")
        self._leave(browser, self._sign_out_form(browser), ended)

    def _disable_user(self, browser: Browser) -> None:
        """Disable the user, in a browser without a session that managed login still knows."""
        self._sign_in_again(browser)
        self._administrate(browser, "disable", DISABLED)
        hello = f"200 {self._hello}"
        self._steps.get(browser, self._articles, hello, remark="disabled, but the token holds")
        self._move(browser, "access")
        remark = "the token has ended"
        self._steps.get(browser, self._articles, SIGN_IN, inner=REFUSED_REFRESH, remark=remark)

    def _move(self, browser: Browser, step: str) -> None:
        form = Form(f"{self._addresses.cms_url}{CLOCK_PATH}", {"step": step})
        remark = "time passes"
        self._steps.press(browser, form, "303 to cms /flow", remark=remark)

    def _administrate(self, browser: Browser, act: str, inner: tuple[Inner, ...]) -> None:
        form = Form(f"{self._addresses.cms_url}{PEOPLE_PATH}", {"act": act, "who": PERSON.username})
        self._steps.press(browser, form, "303 to cms /flow", inner=inner, remark=act)
