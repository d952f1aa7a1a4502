"""The guard's headers on Django's responses, cookies byte for byte."""

from collections.abc import Container, Iterable
from http.cookies import Morsel
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from authcore_guard.open_streams import guard_async_stream, guard_stream
from authcore_guard.request_guard import Allow, Deny, RequestGuard


class _SetCookie(Morsel[str]):
    """
    A cookie that gives the exact text of authcore through every documented method of a morsel.

    ``HttpResponse.set_cookie`` holds one cookie per name, with its own order and quoting, so it
    changes the text.  ``HttpResponse.cookies`` holds morsels, but Django does not document which
    method it calls: ``output`` up to Django 5, ``OutputString`` from Django 6.  So every method
    must give the same text.  ``output`` and ``str`` call ``OutputString``, and readers of the
    parts, and copies, find each attribute that the standard library knows.

    See: the standard library's ``http.cookies``.
    """

    def __init__(self, set_cookie: str) -> None:
        super().__init__()
        pair, *attributes = set_cookie.split("; ")
        name, _, value = pair.partition("=")
        self.set(name, value, value)
        for each in attributes:
            attribute, _, said = each.partition("=")
            if self.isReservedKey(attribute):
                self[attribute] = said or True
        self._as_it_is = set_cookie

    def __reduce__(self) -> tuple[type["_SetCookie"], tuple[str]]:
        """Support pickle, which Django's caches use."""
        return type(self), (self._as_it_is,)

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802 - http.cookies' own
        """Return the exact text, or only the attributes that *attrs* names."""
        return self._as_it_is if attrs is None else super().OutputString(attrs)

    def output(self, attrs: Container[str] | None = None, header: str = "Set-Cookie:") -> str:
        """Return the text after *header*, without a leading blank where *header* is empty."""
        return super().output(attrs, header).lstrip()


def denial_response(denial: Deny) -> HttpResponse:
    """Make the response that *denial* describes."""
    response = HttpResponse(denial.body, status=denial.status)
    del response.headers["content-type"]
    _set_headers(response, denial.headers)
    return response


def complete(guard: RequestGuard, decision: Allow, response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers of *decision*, and judge its session again while *response* is streamed."""
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        chunks: Any = response.streaming_content
        if not response.is_async:
            response.streaming_content = guard_stream(guard, decision, chunks)
        elif decision.opened is not None:
            response.streaming_content = guard_async_stream(guard, decision.opened, chunks)
    return add_headers(decision, response)


def add_headers(decision: Allow, response: HttpResponseBase) -> HttpResponseBase:
    """Add the headers of *decision* to *response*, and return it."""
    patch_vary_headers(response, ("Cookie",))
    if not decision.cookies:
        return response
    headers = decision.headers(response.items())
    for name in list(response.headers):
        del response.headers[name]
    _set_headers(response, headers)
    return response


def _set_headers(response: HttpResponseBase, headers: Iterable[tuple[str, str]]) -> None:
    for name, value in headers:
        if name == "set-cookie":
            _set_cookie(response, _SetCookie(value))
        else:
            response.headers[name] = value


def _set_cookie(response: HttpResponseBase, cookie: _SetCookie) -> None:
    """
    Add *cookie* beside others of its name: one for the shared domain, one for this host.

    The second one has a key that is not its name; the morsel itself holds the name.
    """
    others = sum(each.key == cookie.key for each in response.cookies.values())
    place = f"{cookie.key} {others}" if others else cookie.key
    response.cookies[place] = cookie
