"""The responses of a guard to requests that do not reach the application."""

import json
from typing import Final, Literal
from urllib.parse import quote

import attrs

from authcore.adapters.http_headers import CHALLENGE, PRIVATE, retry_after
from authcore.adapters.pages.catalogue import Notice
from authcore.domain.errors import SessionTooLargeError, UnavailableError
from authcore.domain.model.urls import ServiceUrl
from authcore.settings.url_parsers import SIGN_IN_PATH, SIGNED_IN_PATH
from authcore_guard.denial_pages import (
    TOO_MANY_COOKIES,
    UNCHECKED,
    UNSAVED,
    UNSAVED_COOKIES,
    UNSAVED_LATER,
    DenialPages,
    Link,
)


VARY: Final = ("vary", "Cookie")

_NO_STORE, *_OTHERS = PRIVATE
_HEADERS: Final = (_NO_STORE, VARY, *_OTHERS)


@attrs.frozen
class Deny:
    """
    The guard answers the request.

    Attributes:
        status: HTTP status.
        headers: Names in lower case; ASCII.
        body: Complete.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes

    @property
    def is_outage(self) -> bool:
        """Whether the response reports an outage, not a refusal."""
        return self.status == 503


@attrs.frozen
class Reader:
    """
    The client that reads the response.

    Attributes:
        kind: A browser that shows it as a page and loses nothing by a redirect, a browser that sent
            a form, or a program.
        accept_language: The ``Accept-Language`` header.
    """

    kind: Literal["page", "form", "program"]
    accept_language: str = attrs.field(default="", repr=False)


@attrs.frozen(eq=False, repr=False)
class Denials:
    """
    Writes denials: pages for browsers, JSON for programs.

    Attributes:
        signin_url: The auth service's ``/auth/signin``.
        app_url: The application's root, as browsers see it.
        pages: What users see.
    """

    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _pages: DenialPages

    def sign_in(self, reader: Reader, target: str, reason: str, cookies: tuple[str, ...]) -> Deny:
        """
        Ask for a sign-in.

        A redirect would lose a form without a word; so its sender gets a page that says so.

        Args:
            reader: Of the response.

            target: Where a browser returns after the sign-in.

            reason: For programs.

            cookies: ``Set-Cookie`` values.
        """
        setting = [("set-cookie", value) for value in cookies]
        if reader.kind == "program":
            return _json(401, reason, CHALLENGE, *setting)
        if reader.kind == "form":
            return self._page(reader, 401, UNSAVED, self._sign_in_beside, CHALLENGE, *setting)
        location = f"{self._signin_url}?redirect={quote(target, safe='')}"
        return Deny(302, (*_HEADERS, ("location", location), *setting), b"")

    def outage(self, reader: Reader, target: str, error: UnavailableError) -> Deny:
        """Say that no decision is possible now, and when to ask again."""
        retry = retry_after(error)
        if reader.kind == "program":
            return _json(503, error.code, retry)
        if reader.kind == "form":
            return self._page(reader, 503, UNSAVED_LATER, None, retry)
        return self._page(reader, 503, UNCHECKED, Link(target), retry)

    def too_large(self, reader: Reader, error: SessionTooLargeError) -> Deny:
        """Say that there are too many cookies to look at."""
        if reader.kind == "program":
            return _json(431, error.code)
        if reader.kind == "form":
            return self._page(reader, 431, UNSAVED_COOKIES, self._sign_in_beside)
        return self._page(reader, 431, TOO_MANY_COOKIES, Link(self._signin_url))

    @property
    def _sign_in_beside(self) -> Link:
        """A sign-in in another tab, which ends on a page that sends the user back to the form."""
        is_ours = self._signin_url.endswith(SIGN_IN_PATH)
        done = self._signin_url.removesuffix(SIGN_IN_PATH) + SIGNED_IN_PATH
        target = done if is_ours else f"{self._app_url}/"
        return Link(f"{self._signin_url}?redirect={quote(target, safe='')}", in_new_tab=True)

    def _page(
        self,
        reader: Reader,
        status: int,
        notice: Notice,
        link: Link | None,
        *headers: tuple[str, str],
    ) -> Deny:
        described, body = self._pages.page(notice, reader.accept_language, link)
        return Deny(status, (*_HEADERS, *described, *headers), body)


def _json(status: int, reason: str, *headers: tuple[str, str]) -> Deny:
    body = json.dumps({"reason": reason}).encode()
    return Deny(status, (*_HEADERS, ("content-type", "application/json"), *headers), body)
