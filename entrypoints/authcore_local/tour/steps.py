"""One step of a tour: a request of a browser, the hops it must cause, and its answer."""

from collections.abc import Callable
from functools import partialmethod
from typing import Final

from authcore.adapters.http import HttpFailedError
from authcore_local.flow import Actor
from authcore_local.key_fetches import KEYS_REQUEST
from authcore_local.legacy import SeedUser
from authcore_local.recording import shorten_url
from authcore_local.stack import LocalStack
from authcore_local.tour.answers import Inner, Places, describe, inner_rows
from authcore_local.tour.report import Report, Row
from authcore_local.tour.scripted_browser import Browser, Form, Page


JSON: Final = "application/json"
HTML: Final = "text/html"
"""Media type of a program's request: the answer then carries a reason code."""

_SHOWN_PARAMETERS: Final = frozenset({"redirect", "draft", "tab", "error"})

LINKED: Final = (Inner("cognito", "lambda", "PostAuthentication_Authentication", "answered"),)
"""The account linking trigger fires and makes no call: both sides know the user."""

EXCHANGE: Final = (
    Inner("auth", "cognito", "POST /oauth2/token", "200 tokens"),
    Inner("cognito", "lambda", "TokenGeneration_HostedAuth", "answered"),
)


def keys_for(asking: Actor) -> Inner:
    """Return the key fetch of the first token check in *asking*."""
    return Inner(asking, "cognito", KEYS_REQUEST, "200 keys")


class Steps:
    """Performs single steps and reports each with the hops between servers that it caused."""

    def __init__(self, stack: LocalStack, report: Report) -> None:
        """Prepare steps on *stack*, which runs; *report* raises WrongHopError at a wrong one."""
        self.stack = stack
        self._report = report
        self._places = Places(stack.addresses)

    def up_to_the_form(self, browser: Browser, path: str) -> Page:
        """Request *path* of the CMS, without a session and unknown to Cognito."""
        guarded = self.get(browser, self.stack.cms_url + path, "302 to auth /auth/signin")
        begun = self.get(browser, guarded.location, "302 to cognito /oauth2/authorize")
        authorize = self.get(browser, begun.location, "302 to cognito /login")
        return self.get(browser, authorize.location, "200 sign-in form")

    def get(
        self,
        browser: Browser,
        url: str,
        expected: str,
        *,
        inner: tuple[Inner, ...] = (),
        remark: str = "",
        accept: str = HTML,
    ) -> Page:
        """Request *url* as a browser does; as a program does with *accept* JSON."""
        return self._hop(
            "GET", url, lambda: browser.get(url, accept=accept), expected, inner, remark
        )

    get_json = partialmethod(get, accept=JSON)

    def press(
        self,
        browser: Browser,
        form: Form,
        expected: str,
        *,
        inner: tuple[Inner, ...] = (),
        remark: str = "",
    ) -> Page:
        """Send *form* from a page of the server that takes it."""
        return self._hop("POST", form.url, lambda: browser.send(form), expected, inner, remark)

    def press_elsewhere(self, browser: Browser, form: Form, origin: str, expected: str) -> None:
        """Send *form* from a page of *origin*."""

        def send() -> Page:
            return browser.send(form, origin=origin, accept=JSON)

        self._hop("POST", form.url, send, expected, (), "from another site")

    def type(
        self,
        browser: Browser,
        login: Page,
        person: SeedUser,
        expected: str,
        *,
        password: str | None = None,
        inner: tuple[Inner, ...] = (),
    ) -> Page:
        """Sign *person* in with the right password, or with *password*."""
        form = login.form or Form(login.url, {})
        given = {"username": person.username, "password": password or person.password}
        typed = Form(form.url, {**form.fields, **given})
        remark = "the right password" if password is None else "a wrong password"
        return self.press(browser, typed, expected, inner=inner, remark=remark)

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
        page, answer = self._send(url, send)
        asked = (
            f"{method} {shorten_url(path, _SHOWN_PARAMETERS)} {remark and f'({remark})'}".rstrip()
        )
        row = Row("browser", receiver, asked, answer, expected)
        self._report.note(*inner_rows(inner, self.stack.flow.since(last)), row)
        return page

    def _send(self, url: str, send: Callable[[], Page]) -> tuple[Page, str]:
        try:
            page = send()
        except HttpFailedError as error:
            return Page(url, 0, "", ""), f"no answer ({error.reason})"
        return page, f"{page.status} {describe(page, self._places)}"

    def _last_hop(self) -> int:
        hops = self.stack.flow.since(0)
        return hops[-1].number if hops else 0
