"""Buttons of the flow page: move the clock, and administrate users of the pool."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from html import escape
from typing import Final
from urllib.parse import parse_qs

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from authcore_local.administrator import ACTS, Act, Administrator
from authcore_local.clock import MovableClock, TooFarAheadError
from authcore_local.cms_layout import security_headers
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.flow import FlowLog
from authcore_local.legacy.requests import body_of
from authcore_local.lifetimes import Lifetimes
from authcore_local.visits import in_words


CLOCK_PATH: Final = "/flow/clock"
PEOPLE_PATH: Final = "/flow/people"
OLD_LOGIN_PATH: Final = "/flow/old-login"

MAX_SHOWN: Final = 12
"""Users on the page: the newest ones."""

MARGIN: Final = timedelta(minutes=1)
"""Time past the end of a token, so that clock leeway does not keep it valid."""

LABELS: Final[Mapping[Act, str]] = {
    "sign_out_everywhere": "Sign out everywhere",
    "disable": "Disable",
    "enable": "Enable",
}

MALFORMED: Final = "400 malformed"

Fields = Mapping[str, str]


@attrs.frozen(kw_only=True)
class Controls:
    """
    The buttons and their actions.

    Attributes:
        origin: Of the page with the buttons; forms from other origins are refused.
        back: The page's path.
        flow: Records every press.
        clock: The clock to move.
        lifetimes: Of tokens, for the steps of the clock.
        users: Of the pool, oldest first.
        administrator: Calls the pool's API.
        close_old_login: Ends the old login.
        is_old_login_open: Says whether it is still in use.
    """

    _origin: str
    _back: str
    _flow: FlowLog
    _clock: MovableClock
    _lifetimes: Lifetimes
    _users: Callable[[], Iterable[PoolUser]]
    _administrator: Administrator
    _close_old_login: Callable[[], None]
    _is_old_login_open: Callable[[], bool]

    @property
    def routes(self) -> list[Route]:
        """Routes that take the forms."""
        return [
            Route(CLOCK_PATH, self._form_endpoint(self._move), methods=["POST"]),
            Route(PEOPLE_PATH, self._form_endpoint(self._administrate), methods=["POST"]),
            Route(OLD_LOGIN_PATH, self._form_endpoint(self._end_old_login), methods=["POST"]),
        ]

    @property
    def steps(self) -> Mapping[str, tuple[str, timedelta]]:
        """Steps of the clock by name: label and duration."""
        return {
            "minute": ("+1 minute", timedelta(minutes=1)),
            "access": ("Past the access token", self._lifetimes.access + MARGIN),
            "refresh": ("Past the refresh token", self._lifetimes.refresh + MARGIN),
        }

    def time(self) -> str:
        """The time of the clock as text."""
        ahead = self._clock.ahead
        moved = f", {in_words(ahead)} ahead" if ahead else ""
        return f"{self._clock.now():%H:%M:%S} UTC{moved}"

    def time_buttons(self) -> str:
        """Return the form that moves the clock, as HTML."""
        buttons = "".join(
            f'<button name="step" value="{name}">{label}</button>'
            for name, (label, _) in self.steps.items()
        )
        return f'<form method="post" action="{CLOCK_PATH}" class="actions">{buttons}</form>'

    def old_login(self) -> str:
        """Return what closing the old login does, and the form; or that it is closed, as HTML."""
        if not self._is_old_login_open():
            return (
                "<p>It is closed: its form leads to the new sign-in, and its sessions are admitted "
                "no more.</p>"
            )
        return (
            "<p>The last step of a move: its form then leads to the new sign-in, and its sessions "
            f'are admitted no more.</p><form method="post" action="{OLD_LOGIN_PATH}" '
            'class="actions">'
            '<button name="act" value="close">Close the old login</button></form>'
        )

    def user_list(self) -> str:
        """Return a list of users with a form each, as HTML."""
        shown = list(self._users())[-MAX_SHOWN:]
        if not shown:
            return '<p class="soft">Cognito has no users yet. Sign in to create one.</p>'
        return f'<ul class="people">{"".join(map(_row, shown))}</ul>'

    def _move(self, fields: Fields) -> str:
        found = self.steps.get(fields.get("step", ""))
        if found is None:
            return MALFORMED
        try:
            self._clock.advance(found[1])
        except TooFarAheadError:
            return "409 no further"
        return f"303 {in_words(found[1])} later"

    def _administrate(self, fields: Fields) -> str:
        act = next((each for each in ACTS if each == fields.get("act")), None)
        who = fields.get("who")
        if act is None or not who:
            return MALFORMED
        self._administrator.do(act, who)
        return f"303 {LABELS[act].lower()}"

    def _end_old_login(self, fields: Fields) -> str:
        if fields.get("act") != "close":
            return MALFORMED
        self._close_old_login()
        return "303 the old login is closed"

    def _form_endpoint(
        self, decide: Callable[[Fields], str]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            answer = "403 not from this page"
            if self._is_own(request):
                answer = await run_in_threadpool(decide, _fields(await body_of(request)))
            self._flow.record("browser", "cms", f"POST {request.url.path}", answer)
            return self._respond(answer)

        return endpoint

    def _respond(self, answer: str) -> Response:
        status, headers = int(answer[:3]), security_headers("none")
        if status == 303:
            return RedirectResponse(self._back, 303, headers)
        return Response(f"{answer[4:].capitalize()}.\n", status, headers, "text/plain")

    def _is_own(self, request: Request) -> bool:
        """
        Whether the form was on our page: ``Sec-Fetch-Site``, or ``Origin`` in older browsers.

        See: Fetch Metadata Request Headers §2.
        """
        site = request.headers.getlist("sec-fetch-site")
        if site:
            return site == ["same-origin"]
        return request.headers.getlist("origin") == [self._origin]


def _fields(body: bytes) -> Fields:
    """Parse a form; a repeated field is left out."""
    try:
        read = parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        return {}
    return {name: values[0] for name, values in read.items() if len(values) == 1}


def _row(user: PoolUser) -> str:
    name = user.attributes.get("name", user.username)
    acts: tuple[Act, ...] = ("sign_out_everywhere", "disable" if user.enabled else "enable")
    buttons = "".join(
        f'<button name="act" value="{act}" aria-label="{LABELS[act]}: {escape(name)}">'
        f"{LABELS[act]}</button>"
        for act in acts
    )
    disabled = "" if user.enabled else ' <span class="no">disabled</span>'
    return (
        f'<li><span><strong>{escape(name)}</strong> <span class="soft">{escape(user.username)}'
        f'</span>{disabled}</span><form method="post" action="{PEOPLE_PATH}" class="actions">'
        f'<input type="hidden" name="who" value="{escape(user.username)}">{buttons}</form></li>'
    )
