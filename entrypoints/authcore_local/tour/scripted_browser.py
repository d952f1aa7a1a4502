"""A browser without a window: cookies, single redirects, forms."""

import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Final, Literal, Self
from urllib.parse import urlencode

import attrs

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.ports.system import Clock
from authcore.testing.browser import BrowserCookies
from authcore_local.addresses import LOOPBACK


DEADLINE: Final = timedelta(seconds=20)
"""Of one request; longer than three attempts of a trigger."""

MAX_PAGE_BYTES: Final = 262_144

_URL: Final = re.compile(r"(http://([a-z0-9.-]+):([0-9]{1,5}))(/[^#]*)?")


class _Reader(HTMLParser):
    """Extracts the first form, and the text of headings and of elements with an id or a role."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.marked: dict[str, str] = {}
        self._form_over = False
        self._inside: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        mark = "h1" if tag == "h1" else given.get("role") or given.get("id")
        if mark:
            self._inside = tag, mark
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        elif tag == "input" and self.action is not None and not self._form_over:
            self.fields[given.get("name", "")] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            _, mark = self._inside
            self.marked[mark] = self.marked.get(mark, "") + data

    def handle_endtag(self, tag: str) -> None:
        self._form_over = self._form_over or tag == "form"
        if self._inside is not None and tag == self._inside[0]:
            self._inside = None


@attrs.frozen
class Form:
    """A form at an absolute URL, with its initial values, hidden ones included."""

    url: str = attrs.field(repr=False)
    fields: dict[str, str] = attrs.field(repr=False)


@attrs.frozen
class Page:
    """
    The answer to one request.

    Attributes:
        url: Of the request.
        status: HTTP status.
        location: Target of a redirect, absolute; empty without one.
        text: The body.
    """

    url: str = attrs.field(repr=False)
    status: int
    location: str = attrs.field(repr=False)
    text: str = attrs.field(repr=False)

    @classmethod
    def of(cls, url: str, answer: HttpAnswer) -> Self:
        """Make the page of *answer*."""
        location = answer.header("location") or ""
        text = answer.body.decode("utf-8", errors="replace")
        return cls(url, answer.status, _absolute(url, location) if location else "", text)

    @property
    def form(self) -> Form | None:
        """The first form of the page."""
        reader = self._read()
        if reader.action is None:
            return None
        return Form(_absolute(self.url, reader.action), reader.fields)

    def text_of(self, mark: str) -> str:
        """Return the text of the element with role or id *mark*, or of ``h1``; empty if none."""
        return self._read().marked.get(mark, "").strip()

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader

    def member(self, *path: str) -> object:
        """Return a member of a JSON body; None without one."""
        try:
            found: object = json.loads(self.text)
        except ValueError:
            return None
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found


class Browser:
    """Keeps cookies as a browser does and follows no redirect by itself."""

    def __init__(self, clock: Clock) -> None:
        """Start without cookies."""
        self._http = HttpClient(within=DEADLINE, max_bytes=MAX_PAGE_BYTES)
        self._cookies = BrowserCookies(clock)

    def get(self, url: str, *, accept: str = "text/html") -> Page:
        """Request *url*; HttpFailedError means no answer."""
        return self._send("GET", url, b"", {"accept": accept})

    def send(self, form: Form, *, origin: str | None = None, accept: str = "text/html") -> Page:
        """
        Post *form*; HttpFailedError means no answer.

        *origin* is that of the page with the form, by default that of the form's URL.
        """
        headers = {
            "accept": accept,
            "content-type": "application/x-www-form-urlencoded",
            "origin": origin or _parts(form.url)[0],
        }
        return self._send("POST", form.url, urlencode(form.fields).encode(), headers)

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def _send(
        self, method: Literal["GET", "POST"], url: str, content: bytes, headers: dict[str, str]
    ) -> Page:
        _, host, port, path = _parts(url)
        sent = {**headers, "host": f"{host}:{port}"}
        if cookies := self._cookies.header(host, path=path.partition("?")[0]):
            sent["cookie"] = cookies
        answer = self._http.request(
            method, f"http://{LOOPBACK}:{port}{path}", headers=sent, content=content
        )
        set_cookies = [value for name, value in answer.headers if name == "set-cookie"]
        self._cookies.apply(set_cookies, host, path=path.partition("?")[0])
        return Page.of(url, answer)


def _parts(url: str) -> tuple[str, str, str, str]:
    """Origin, host, port, path with query."""
    shape = _URL.fullmatch(url)
    if shape is None:
        raise ValueError("not a URL of the local stack")
    return shape[1], shape[2], shape[3], shape[4] or "/"


def _absolute(base: str, reference: str) -> str:
    if reference.startswith(("http", "//")):
        return reference
    return _parts(base)[0] + reference if reference else base
