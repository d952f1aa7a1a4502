"""First half of the tour: sign-in, refused requests, a second browser."""

from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import quote

from authcore.adapters.system import SystemClock
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_local.tour.answers import Inner, with_altered_state
from authcore_local.tour.report import Report, WrongHopError
from authcore_local.tour.scripted_browser import Browser
from authcore_local.tour.session_route import SessionsTour
from authcore_local.tour.steps import EXCHANGE, LINKED, Steps, keys_for


Breakage = Literal["legacy", "allowlist", "keys", "refresh"]
"""
Parts that can be broken on purpose: the legacy system stops, the allow-list shrinks between start
and callback, the signing keys are rotated away after sign-in, so that the guard has to ask for new
tokens, or Cognito forgets its sessions before they are refreshed.
"""

DEEP_LINK: Final = "/new-post?draft=7&tab=2"
PERSON: Final = SEED_USERS[0]


def migration(legacy_answer: str) -> tuple[Inner, ...]:
    """The user migration trigger fires and asks the legacy system."""
    return (
        Inner("lambda", "legacy", "POST /api/login", legacy_answer),
        Inner("cognito", "lambda", "UserMigration_Authentication", "answered"),
    )


LINKING: Final = (
    Inner("lambda", "legacy", "POST /api/cognito_helper", "200 found"),
    Inner("lambda", "legacy", "POST /api/cognito_helper/attach", "200 attached"),
    *LINKED,
)
"""Account linking reads the account as it is now, and stores the ``sub`` there."""

FIRST_TIME: Final = (
    *migration("200 authenticated"),
    Inner("cognito", "lambda", "PreSignUp_AdminCreateUser", "answered"),
    *LINKING,
)


class Tour:
    """Drives the whole route once; stops at the first wrong hop."""

    def __init__(
        self, stack: LocalStack, report: Report, *, breakage: Breakage | None = None
    ) -> None:
        """Prepare a tour of *stack*, which runs; break *breakage* on the way."""
        self._stack = stack
        self._steps = Steps(stack, report)
        self._breakage = breakage
        self._hello = f"Hello, {PERSON.display_name}, legacy id {PERSON.userid}"

    def drive(self) -> None:
        """Drive the route up to the first wrong hop."""
        browsers = [Browser(SystemClock()) for _ in range(3)]
        browser, fresh, old_login = browsers
        try:
            callback = self._first_sign_in(browser)
            self._try_forbidden_requests(browser, fresh, callback)
            self._try_a_fresh_browser(fresh)
            self._second_sign_in(fresh)
            self._break("refresh", self._forget_sessions)
            SessionsTour(self._steps, self._hello).drive(browser, fresh, old_login)
        except WrongHopError:
            return
        finally:
            for each in browsers:
                each.close()

    def _first_sign_in(self, browser: Browser) -> str:
        """Sign in from the deep link and back to it; return the callback's URL, for replays."""
        steps = self._steps
        login = steps.up_to_the_form(browser, DEEP_LINK)
        self._break("legacy", self._stack.stop_legacy)
        login = steps.type(
            browser,
            login,
            PERSON,
            "400 Incorrect username or password.",
            password="not-the-password",
            inner=migration("200 rejected"),
        )
        arrived = "302 to auth /auth/signin/callback"
        signed_in = steps.type(browser, login, PERSON, arrived, inner=FIRST_TIME)
        self._break("allowlist", self._shrink_allowlist)
        exchange = (*EXCHANGE, keys_for("auth"))
        back = steps.get(browser, signed_in.location, f"302 to cms {DEEP_LINK}", inner=exchange)
        self._break("keys", self._rotate_keys_away)
        greeting = f"200 {self._hello}, draft 7, tab 2"
        steps.get(browser, back.location, greeting, inner=(keys_for("cms"),))
        session = f"{self._stack.auth_url}/auth/session"
        steps.get(browser, session, f"200 {PERSON.display_name}, legacy id {PERSON.userid}")
        return signed_in.location

    def _try_forbidden_requests(self, browser: Browser, other: Browser, callback: str) -> None:
        steps = self._steps
        attempt = "400 login_attempt"
        steps.get_json(browser, callback, attempt, remark="the same again")
        begin = f"{self._stack.auth_url}/auth/signin?redirect="
        home = quote(f"{self._stack.cms_url}/", safe="")
        begun = steps.get(browser, begin + home, "302 to cognito /oauth2/authorize")
        known = steps.get(browser, begun.location, "302 to auth /auth/signin/callback")
        altered = with_altered_state(known.location)
        steps.get_json(browser, altered, attempt, remark="state altered")
        steps.get_json(other, known.location, attempt, remark="in another browser")
        foreign = quote("http://cms.authcore.localhost.evil.example/", safe="")
        steps.get_json(browser, begin + foreign, "400 redirect_rejected", remark="foreign target")

    def _try_a_fresh_browser(self, fresh: Browser) -> None:
        articles, me = f"{self._stack.cms_url}/articles", f"{self._stack.cms_url}/api/me"
        remark = "fresh browser"
        self._steps.get(fresh, articles, "302 to auth /auth/signin", remark=remark)
        self._steps.get_json(fresh, me, "401 no_session", remark=remark)

    def _second_sign_in(self, fresh: Browser) -> None:
        """Sign in a user who is in the pool and linked: no function calls the legacy system."""
        steps = self._steps
        login = steps.up_to_the_form(fresh, "/articles")
        arrived = "302 to auth /auth/signin/callback"
        signed_in = steps.type(fresh, login, PERSON, arrived, inner=LINKED)
        back = steps.get(fresh, signed_in.location, "302 to cms /articles", inner=EXCHANGE)
        steps.get(fresh, back.location, f"200 {self._hello}")

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

    def _forget_sessions(self) -> None:
        for user in self._stack.cognito.users.all_users():
            self._stack.cognito.sessions.end_all_of(user.subject)
