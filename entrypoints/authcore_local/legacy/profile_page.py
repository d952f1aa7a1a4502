"""The legacy system's profile page: a user changes name and e-mail address."""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import parse_qs

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from authcore_local.legacy.account_access import Access
from authcore_local.legacy.outbox import Outbox
from authcore_local.legacy.requests import body_of
from authcore_local.legacy.site import BACK, HEADERS, LegacySite, Note, is_own, page
from authcore_local.legacy.user_table import Row, UserTable


TITLE: Final = "Your profile"
TOLD: Final = "Saved."
UNTOLD: Final = "Saved. The new system will hear of it with the next change."
NOT_SAVED: Final = "Nothing was saved. Please enter a valid e-mail address."
NOT_CONFIRMED: Final = "This button has been used already. Save the address again for another."

MAX_NAME: Final = 100
MAX_EMAIL: Final = 254

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


@attrs.frozen(eq=False, repr=False)
class ProfilePages:
    """
    Changes profiles, and tells the auth service.

    A new address counts only once it is confirmed.  The page shows the button that the mail to the
    address would have, because this system sends no mail.
    """

    _site: LegacySite
    _users: UserTable
    _access: Access
    _outbox: Outbox
    _note: Note

    @property
    def routes(self) -> tuple[Route, ...]:
        """The page, and the two forms on it."""
        return (
            Route("/profile", self._show, methods=["GET"]),
            Route("/profile", self._save, methods=["POST"]),
            Route("/profile/confirm", self._confirm, methods=["POST"]),
        )

    async def _show(self, request: Request) -> Response:
        user = self._site.signed_in(request)
        if user is None:
            return RedirectResponse("/login", 303, HEADERS)
        return page(TITLE, _form(user))

    async def _save(self, request: Request) -> Response:
        user = self._site.signed_in(request)
        if user is None or not is_own(request):
            return RedirectResponse("/login", 303, HEADERS)
        fields = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        name, email = (fields.get(each, [""])[0].strip() for each in ("name", "email"))
        is_new = email != (user.email or "")
        if len(name) > MAX_NAME or (is_new and not _EMAIL.fullmatch(email)):
            return page(TITLE, _form(user), NOT_SAVED, 400)
        told = await self._change(lambda: self._rename(user, name))
        token = None
        if is_new:
            token = self._access.request_email_change(user.userid, email)
        self._note("POST /profile", "200", "the profile was changed")
        changed = self._users.where("userid", user.userid)[0]
        return page(TITLE, _told(is_told=told) + _confirmation(email, token) + _form(changed))

    async def _confirm(self, request: Request) -> Response:
        user = self._site.signed_in(request)
        if user is None or not is_own(request):
            return RedirectResponse("/login", 303, HEADERS)
        fields = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        token = fields.get("token", [""])[0]
        confirmed: list[bool] = []
        told = await self._change(lambda: confirmed.append(self._confirm_address(user, token)))
        form = _form(self._users.where("userid", user.userid)[0])
        if not all(confirmed):
            return page(TITLE, form, NOT_CONFIRMED, 400)
        self._note("POST /profile/confirm", "200", "the address was confirmed")
        return page(TITLE, _told(is_told=told) + form)

    def _rename(self, user: Row, name: str) -> None:
        if name != (user.display_name or ""):
            self._users.set_display_name(user.userid, name or None)
            self._outbox.add(user.userid)

    def _confirm_address(self, user: Row, token: str) -> bool:
        is_confirmed = self._access.confirm_email_change(token)
        if is_confirmed:
            self._outbox.add(user.userid)
        return is_confirmed

    async def _change(self, change: Callable[[], object]) -> bool:
        """Make *change* and its message in one transaction; return whether it was received."""

        def commit_and_send() -> bool:
            with self._users.transaction():
                change()
            return self._outbox.send()

        return await run_in_threadpool(commit_and_send)


def _form(user: Row) -> str:
    values: Mapping[str, str] = {"name": user.display_name or "", "email": user.email or ""}
    name, email = (escape(values[each]) for each in ("name", "email"))
    required = " required" if user.email else ""
    return (
        '<form method="post" action="/profile"><label for="name">Name</label>'
        f'<input id="name" name="name" value="{name}" maxlength="{MAX_NAME}" autocomplete="name">'
        '<label for="email">E-mail address</label><input id="email" name="email" type="email" '
        f'value="{email}" maxlength="{MAX_EMAIL}" autocomplete="email"{required}>'
        f"<button>Save</button></form>{BACK}"
    )


def _told(*, is_told: bool) -> str:
    return f'<p role="status">{TOLD if is_told else UNTOLD}</p>'


def _confirmation(email: str, token: str | None) -> str:
    if token is None:
        return ""
    return (
        f"<p>The new address counts once you confirm it. The mail to {escape(email)} would have "
        "this button.</p>"
        '<form method="post" action="/profile/confirm">'
        f'<input type="hidden" name="token" value="{escape(token)}">'
        "<button>Confirm the address</button></form>"
    )
