"""
The same traffic, once before an observing guard and once before one that enforces.

The report of the first is what happens in the second, request by request, for ASGI, WSGI and the
proxy's door; and the observed application answers byte for byte as without a guard.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from dependency_injector import providers

from authcore.adapters.http import HttpClient
from authcore.domain.model.shadow import Prediction
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter
from authcore_guard import asgi, wsgi
from authcore_guard.container import guard_container
from authcore_guard.shadow import Shadow
from authcore_local.addresses import CMS_HOST, Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from authcore_web.app import create_app
from authcore_web.container import web_container
from doors.frameworks import through_asgi, through_wsgi
from doors.shadow_world import AtOnce, KeptPredictions
from e2e.visitor import Visitor
from support.gate import sampled
from unit.asgi_calls import PAGE, PROGRAM, Answer, Headers


JANE: Final = SEED_USERS[0]
SHOP: Final = "https://shop.example.com"
VARIABLES: Final = {"AUTHCORE_GUARD_PREFLIGHT_ORIGINS": SHOP}

FORM: Final = (PAGE, ("content-type", "application/x-www-form-urlencoded"))
PREFETCH: Final = (PAGE, ("sec-purpose", "prefetch"))
PREFLIGHT: Final = (("origin", SHOP), ("access-control-request-method", "PUT"))
FORGED: Final = "__Secure-authcore_session=forged"
LARGE: Final = "theme=dark; " * 2000


@attrs.frozen
class Step:
    """
    One request, or what happens between two.

    Attributes:
        who: Whose cookies it carries: ``nobody``, ``old`` or ``new``; else the header itself.
    """

    who: str = "nobody"
    headers: Headers = (PROGRAM,)
    method: str = "GET"
    target: str = "/articles"


def later(minutes: int) -> Callable[[LocalStack], None]:
    return lambda stack: stack.clock.advance(timedelta(minutes=minutes))


SCRIPT: Final[Sequence[Step | Callable[[LocalStack], None]]] = (
    Step(),
    Step(headers=(PAGE,)),
    Step(headers=FORM, method="POST"),
    Step(headers=(PAGE,), method="HEAD"),
    Step(headers=PREFETCH),
    Step(headers=PREFLIGHT, method="OPTIONS"),
    Step(target="/"),
    Step(FORGED),
    Step(LARGE),
    Step("old"),
    Step("old", headers=(PAGE,)),
    Step("new"),
    Step("new", target="/"),
    later(4),  # due: access tokens live for five minutes
    Step("new"),
    Step("new"),
    later(6),  # expired
    Step("new", headers=(PAGE,)),
    Step("new"),
    Step("old"),
    LocalStack.stop_legacy,
    Step("old"),
    Step("old", headers=(PAGE,)),
    Step("new"),
    Step("old", target="/"),
    Step(),
)


@attrs.define
class Door:
    """
    One door: what it answers, and what it predicts where it observes.

    Attributes:
        visit: Sends a request.
        predictions: In the order of the requests.
        bare: The application without a guard; None behind a proxy.
        clients: That it calls other systems with.
    """

    visit: Callable[..., Answer]
    predictions: list[Prediction]
    bare: Callable[..., Answer] | None = None
    clients: Sequence[HttpClient] = ()


async def asgi_application(scope: Any, receive: Any, send: Any) -> None:
    head = {"type": "http.response.start", "status": 200, "headers": [(b"x-app", b"1")]}
    await send(head)
    await send({"type": "http.response.body", "body": repr(sorted(scope)).encode()})


def wsgi_application(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("x-app", "1")])
    return [repr(sorted(environ)).encode()]


def kept(stack: LocalStack) -> KeptPredictions:
    return KeptPredictions(
        clock=stack.clock, counter=InMemoryDecisionCounter(), audit=InMemoryAuditLog()
    )


def guarded(
    stack: LocalStack, mode: str, guard: Any, through: Callable[[Any], Any], app: Any
) -> Door:
    container = guard_container({**stack.environment, **VARIABLES, "AUTHCORE_GUARD_MODE": mode})
    container.clock.override(stack.clock)
    container.revocations.override(stack.revocations)
    log = kept(stack)
    if mode == "observe":
        container.shadow.override(providers.Object(Shadow(log, AtOnce())))
    return Door(
        through(guard(app, container.request_guard())),
        log.predictions,
        through(app),
        (container.legacy_http(), container.refresh_http()),
    )


def behind_asgi(stack: LocalStack, mode: str) -> Door:
    return guarded(stack, mode, asgi.Guard, through_asgi, asgi_application)


def behind_wsgi(stack: LocalStack, mode: str) -> Door:
    return guarded(stack, mode, wsgi.Guard, through_wsgi, wsgi_application)


def behind_a_proxy(stack: LocalStack, mode: str) -> Door:
    container = web_container({**stack.environment, "AUTHCORE_WEB_CHECK_REDIRECTS": "on"})
    container.clock.override(stack.clock)
    container.revocations.override(stack.revocations)
    log = kept(stack)
    container.shadow_log.override(providers.Object(log))
    through = through_asgi(create_app(container))
    path = "/auth/observe" if mode == "observe" else "/auth/check"

    def visit(cookies: str, *, target: str, headers: Headers, method: str) -> Answer:
        described = (("x-forwarded-method", method), ("x-forwarded-uri", target))
        host = (("x-forwarded-proto", "https"), ("x-forwarded-host", CMS_HOST))
        return through(cookies, target=path, headers=(*headers, *described, *host))

    return Door(visit, log.predictions, clients=(container.legacy_http(), container.http()))


DOORS: Final[Mapping[str, Callable[[LocalStack, str], Door]]] = {
    "asgi": behind_asgi,
    "wsgi": behind_wsgi,
    "proxy": behind_a_proxy,
}


def signed_in(stack: LocalStack) -> Mapping[str, Visitor]:
    """One browser with a session of the old login, and one with a session of the new one."""
    old, new = Visitor(stack), Visitor(stack)
    old.send(
        old.browser.get(stack.addresses.legacy_login_url),
        username=JANE.username,
        password=JANE.password,
    )
    new.send(new.begin(), username=JANE.username, password=JANE.password)
    return {"old": old, "new": new}


def replay(name: str, mode: str) -> tuple[list[Answer], Door, list[Answer]]:
    """The answers to SCRIPT, the door, and the bare application's answers."""
    with LocalStack(ports=Ports.free()) as stack:
        door, browsers = DOORS[name](stack, mode), signed_in(stack)
        answers, bare = [], []
        for step in SCRIPT:
            if not isinstance(step, Step):
                step(stack)
                continue
            jar = vars(browsers[step.who].browser)["_cookies"] if step.who in browsers else None
            cookies = jar.header(CMS_HOST) if jar else "" if step.who == "nobody" else step.who
            more: Any = {"target": step.target, "headers": step.headers, "method": step.method}
            answers.append(door.visit(cookies, **more))
            if door.bare is not None:
                bare.append(door.bare(cookies, **more))
            if jar:
                jar.apply(answers[-1].all("set-cookie"), CMS_HOST)
        for client in door.clients:
            client.close()
        for each in browsers.values():
            each.browser.close()
    return answers, door, bare


def is_refreshed(answer: Answer) -> bool:
    return any("Max-Age=0" not in value for value in answer.all("set-cookie"))


@pytest.mark.parametrize("name", sampled([*DOORS], of=0))
def test_the_report_of_an_observing_door_is_what_happens_once_it_enforces(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authcore.adapters.background.Background.submit", AtOnce.submit)

    passed, observed, bare = replay(name, "observe")
    happened, _, _ = replay(name, "enforce")

    requests = sum(isinstance(step, Step) for step in SCRIPT)
    assert len(observed.predictions) == len(happened) == requests
    for predicted, answer in zip(observed.predictions, happened, strict=True):
        assert predicted.status == answer.status, (predicted, answer)
        if answer.header("content-type") == "application/json" and answer.body:
            assert predicted.reason == answer.json["reason"]
    assert [*map(is_refreshed, happened)].count(True) == 2
    refreshes = [each.reason for each in observed.predictions].count("would_refresh")
    assert refreshes == 5
    assert {answer.status for answer in passed} == {200}
    assert [(each.headers, each.body) for each in passed[: len(bare)]] == [
        (each.headers, each.body) for each in bare
    ]
