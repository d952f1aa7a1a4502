"""Describe an answer in a few words, for comparison and for print."""

import re
from collections.abc import Iterable
from typing import Final

import attrs

from authcore_local.addresses import Addresses
from authcore_local.flow import Actor, Hop
from authcore_local.key_fetches import KEYS_REQUEST
from authcore_local.tour.report import Row
from authcore_local.tour.scripted_browser import Page
from authcore_local.visits import LOGINS


_URL: Final = re.compile(r"(https?://[^/?#]+)(/[^?#]*)?(\?[^#]*)?")


class Places:
    """Maps origins to actors."""

    def __init__(self, addresses: Addresses) -> None:
        """Map the four origins that browsers see."""
        self._actors: dict[str, Actor] = {
            addresses.cms_url: "cms",
            addresses.auth_url: "auth",
            addresses.cognito_url: "cognito",
            addresses.legacy_site_url: "legacy",
        }

    def of(self, url: str) -> tuple[Actor, str] | None:
        """Return the actor at *url*, and path and query; None outside the local stack."""
        shape = _URL.fullmatch(url)
        if shape is None or shape[1] not in self._actors:
            return None
        return self._actors[shape[1]], (shape[2] or "/") + (shape[3] or "")


def describe(page: Page, places: Places) -> str:
    """Return the target of a redirect, or a summary of the page."""
    if page.location:
        return _leads_to(places.of(page.location))
    if page.form is not None:
        asks_for = (
            "sign-in form" if "password" in page.form.fields else f"page {page.text_of('h1')!r}"
        )
        return page.text_of("alert") or asks_for
    return _describe_json(page) or _greeting(page)


def _leads_to(place: tuple[Actor, str] | None) -> str:
    if place is None:
        return "to a stranger"
    receiver, path = place
    return f"to {receiver} {path if receiver == 'cms' else path.partition('?')[0]}"


def _describe_json(page: Page) -> str:
    if reason := page.member("reason"):
        return str(reason)
    if page.member("user") is None:
        return ""
    return f"{page.member('user', 'name')}, legacy id {page.member('user', 'legacy_uid')}"


def _greeting(page: Page) -> str:
    parts = [page.text_of("greeting")]
    if uid := page.text_of("legacy-uid"):
        parts.append(f"legacy id {uid}")
    if page.text_of("login") == LOGINS["legacy"]:
        parts.append("by the old login")
    parts += [f"{name} {value}" for name in ("draft", "tab") if (value := page.text_of(name))]
    return ", ".join(part for part in parts if part) or f"page {page.text_of('h1')!r}"


@attrs.frozen
class Inner:
    """A hop between servers that a browser's request must cause."""

    sender: Actor
    receiver: Actor
    request: str
    answer: str


def inner_rows(expected: tuple[Inner, ...], hops: Iterable[Hop]) -> list[Row]:
    """
    Compare the calls between servers with the expected ones; the browser's hops are left out.

    Keys may be fetched again at any time, after an answer, once they are some minutes old.
    """
    seen = [hop for hop in hops if hop.sender != "browser"]
    rows = []
    for want in expected:
        found = next((hop for hop in seen if _same_request(hop, want)), None)
        if found is not None:
            seen.remove(found)
        answer = "nothing: not called" if found is None else found.answer
        rows.append(Row(want.sender, want.receiver, want.request, answer, want.answer))
    return rows + list(map(_unexpected_row, seen))


def _unexpected_row(hop: Hop) -> Row:
    expected = "200 keys" if hop.request == KEYS_REQUEST else "no such call"
    return Row(hop.sender, hop.receiver, hop.request, hop.answer, expected)


def _same_request(hop: Hop, want: Inner) -> bool:
    return (hop.sender, hop.receiver, hop.request) == (want.sender, want.receiver, want.request)


def with_altered_state(callback: str) -> str:
    """Change one character of the ``state`` in *callback*."""
    before, name, state = callback.partition("state=")
    middle = len(state.partition("&")[0]) // 2
    other = "A" if state[middle] != "A" else "B"
    return f"{before}{name}{state[:middle]}{other}{state[middle + 1 :]}"
