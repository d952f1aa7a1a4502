"""What every answer of the auth service carries, and what it never does."""

import logging
from typing import Any

import anyio
import pytest

from authcore.adapters.jwks.fetch_backoff import COOL_DOWN
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain import errors
from authcore.domain.errors import AuthcoreError, UnavailableError
from authcore_web.middleware.access_log_filter import hide_queries
from authcore_web.response.errors import ERROR_RESPONSES, error_response_for
from authcore_web.response.pages import VARY
from doors.web_world import WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer, open_websocket, run_lifespan


ROUTES = [
    "/auth/signin",
    "/auth/signin/callback",
    "/auth/session",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
]
OTHERS = [
    *("/auth/signout", "/auth/connect", "/auth/check", "/auth/check/x"),
    *("/auth/verify", "/auth/verify/batch"),
]
ELSEWHERE = ["/", "/auth", "/auth/signin/", "/auth//signin", "/nope", "/%00", "/%ff", "/..", "//x"]
METHODS = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY"]


@pytest.fixture
def world() -> WebWorld:
    return WebWorld()


def assert_safe(answer: Answer, *, referrer_policy: str = "no-referrer") -> None:
    """VA-03, VA-06, RD-10."""
    policy = answer.header("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert answer.header("cache-control") == "no-store"
    assert answer.header("referrer-policy") == referrer_policy
    assert answer.header("strict-transport-security") == "max-age=31536000"
    is_page = answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("vary") == (VARY if is_page else "Accept, Cookie")
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("access-control-allow-origin") is None
    assert answer.status not in (307, 308)  # RD-09


@pytest.mark.parametrize("accept", [PAGE, PROGRAM, ("accept", "*/*")], ids=lambda pair: pair[1][:9])
@pytest.mark.parametrize("target", [*ROUTES, *ELSEWHERE])
def test_every_answer_carries_the_headers(world: WebWorld, target: str, accept: Any) -> None:
    # VA-03, VA-06, RD-10
    answer = world.visit(target, headers=[accept])

    assert_safe(answer)
    assert answer.status in (200, 302, 400, 401, 404)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize("target", OTHERS)
def test_answers_of_every_kind_to_every_method_carry_the_headers(
    world: WebWorld, target: str, method: str
) -> None:
    # VA-03, VA-05, VA-06, RF-09
    answer = world.visit(target, method=method)

    is_form = target == "/auth/signout" and method in ("GET", "HEAD")
    assert_safe(answer, referrer_policy="same-origin" if is_form else "no-referrer")
    assert answer.status in (200, 400, 401, 403, 405)
    assert answer.all("cache-control") == ["no-store"]
    assert len(answer.all("content-security-policy")) == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ROUTES)
def test_other_methods_are_refused(world: WebWorld, target: str, method: str) -> None:
    # VA-05
    answer = world.visit(target, method=method, headers=[PROGRAM])

    assert_safe(answer)
    assert answer.status == 405
    assert set((answer.header("allow") or "").split(", ")) == {"GET", "HEAD"}
    assert answer.json == {"reason": "method_not_allowed"}
    assert answer.all("set-cookie") == []


@pytest.mark.parametrize("target", ROUTES)
def test_head_is_get_without_the_body(world: WebWorld, target: str) -> None:
    assert world.visit(target, method="HEAD").status == world.visit(target).status


def test_failures_of_every_kind_carry_the_headers(world: WebWorld) -> None:
    # VA-03, VA-06, RD-10: refusal, outage, bug
    refused = world.visit("/auth/signin?redirect=https://evil.example")
    target = world.issue(world.begin())
    world.exchanger.available = False
    outage = world.visit(target)
    target = world.issue(world.begin())
    world.exchanger.exchange = None  # type: ignore[assignment, method-assign]
    bug = world.visit(target)

    assert [refused.status, outage.status, bug.status] == [400, 503, 500]
    for answer in (refused, outage, bug):
        assert_safe(answer)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_unknown_paths_lead_nowhere(world: WebWorld, target: str) -> None:
    """VA-04: above all not to a URL made of the Host header."""
    answer = world.visit(target, headers=[PROGRAM, ("host", "evil.example")])

    assert (answer.status, answer.json) == (404, {"reason": "not_found"})
    assert answer.header("location") is None
    assert "evil" not in repr(answer)


@pytest.mark.parametrize("cookies", ["", "=;=;", "\xff\xfe", "a=b; " * 3000, "__Host-authcore_x"])
@pytest.mark.parametrize("target", ROUTES)
def test_garbage_in_the_cookie_header_is_no_cookie(
    world: WebWorld, target: str, cookies: str
) -> None:
    # VA-05, DL-02
    answer = world.visit(target, headers=[("cookie", cookies)])

    assert_safe(answer)
    assert answer.status == world.visit(target).status


def test_more_cookies_than_are_looked_at_are_431(world: WebWorld) -> None:
    # DL-02
    answer = world.visit("/auth/session", headers=[("cookie", "a=b; " * 20_000)])

    assert_safe(answer)
    assert (answer.status, answer.json["reason"]) == (431, "session_too_large")


def test_websockets_are_not_spoken_here(world: WebWorld) -> None:
    [answer] = open_websocket(world.app, "/auth/session")

    assert answer["type"] == "websocket.close"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("RejectedError", 400),
        ("TokenRejectedError", 401),
        ("MalformedTokenError", 401),
        ("ClaimRejectedError", 401),
        ("LoginRejectedError", 400),
        ("AttemptRejectedError", 400),
        ("ParameterRejectedError", 400),
        ("CodeRejectedError", 400),
        ("ProviderRefusedError", 400),
        ("ClientRejectedError", 502),
        ("RedirectRejectedError", 400),
        ("CredentialsRejectedError", 401),
        ("AccountNotFoundError", 404),
        ("AttributesRejectedError", 409),
        ("SessionTooLargeError", 431),
        ("UnavailableError", 503),
        ("KeySourceUnavailableError", 503),
        ("ProviderUnavailableError", 503),
        ("LegacyUnavailableError", 503),
        ("ConfigurationError", 500),
    ],
)
def test_each_class_of_errors_has_a_status(name: str, status: int) -> None:
    kind: type[AuthcoreError] = getattr(errors, name)

    assert error_response_for(kind.__new__(kind)).status == status


def test_no_rejection_ever_says_later_and_no_outage_ever_says_no() -> None:
    for kind, verdict in ERROR_RESPONSES.items():
        if issubclass(kind, errors.UnavailableError):
            refused_client = issubclass(kind, errors.LoginClientMisconfiguredError)
            limited = issubclass(kind, errors.TooManyAttemptsError)
            assert verdict.status == (502 if refused_client else 429 if limited else 503)
        elif issubclass(kind, errors.RejectedError):
            assert verdict.status not in (429, 500, 503)


def test_the_service_is_alive_without_anybody_else(world: WebWorld) -> None:
    world.keys.is_up = False

    assert world.visit("/healthz").json == {"status": "ok"}


def test_the_service_is_ready_once_the_keys_are_in_memory(world: WebWorld) -> None:
    world.keys.is_up = False
    waiting = world.visit("/readyz")
    world.keys.is_up = True
    world.clock.advance(COOL_DOWN)
    ready = world.visit("/readyz")
    world.keys.is_up = False

    assert (waiting.status, waiting.json["reason"]) == (503, "keys_unavailable")
    assert int(waiting.header("retry-after") or 0) >= 1
    assert (ready.status, ready.json) == (200, {"status": "ready"})
    assert world.visit("/readyz").status == 200


def test_keys_are_fetched_at_start_up_and_their_absence_does_not_stop_it(world: WebWorld) -> None:
    assert run_lifespan(world.app) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert world.keys.fetches == 1

    down = WebWorld()
    down.keys.is_up = False
    assert run_lifespan(down.app) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_when_too_much_waits_already_more_is_refused_at_once() -> None:
    """DL-04: no unbounded queue."""
    threads = WorkerThreads(threads=1, waiting=1)
    outcomes: list[str] = []

    async def ask(gate: anyio.Event, number: int) -> None:
        try:
            outcomes.append(await threads.run(lambda: anyio.from_thread.run(_open, gate, number)))
        except UnavailableError as error:
            outcomes.append(f"{number} refused, retry after {error.retry_after}")

    async def main() -> None:
        gate = anyio.Event()
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(ask, gate, number)
                await anyio.wait_all_tasks_blocked()
            gate.set()

    anyio.run(main)
    assert outcomes == ["2 refused, retry after 0:00:02", "0 done", "1 done"]


async def _open(gate: anyio.Event, number: int) -> str:
    await gate.wait()
    return f"{number} done"


class _Atoms(dict[str, object]):
    """What gunicorn gives its access log: a dict of a class of its own."""

    def __missing__(self, name: str) -> str:
        return "-"


@pytest.mark.parametrize(
    ("name", "message", "arguments", "logged"),
    [
        (
            "uvicorn.access",
            '%s - "%s %s HTTP/%s" %d',
            ("127.0.0.1:9", "GET", "/auth/signin/callback?code=canary", "1.1", 400),
            '127.0.0.1:9 - "GET /auth/signin/callback HTTP/1.1" 400',
        ),
        ("uvicorn.error", '%s - "WebSocket %s" 403', ("x", "/a?canary"), 'x - "WebSocket /a" 403'),
        (
            "gunicorn.access",
            '"%(r)s" %(q)s %(s)s "%(f)s" %(x)s',
            (
                _Atoms(
                    r="GET /a?code=canary HTTP/1.1",
                    q="code=canary",
                    s=400,
                    f="https://a.example/?canary",
                ),
            ),
            '"GET /a HTTP/1.1"  400 "https://a.example/" -',
        ),
        ("uvicorn.error", "nothing to shorten", (), "nothing to shorten"),
    ],
)
def test_a_servers_log_keeps_the_path_and_forgets_the_query(
    caplog: pytest.LogCaptureFixture,
    name: str,
    message: str,
    arguments: tuple[object, ...],
    logged: str,
) -> None:
    # SP-11
    hide_queries()

    with caplog.at_level(logging.INFO, name):
        logging.getLogger(name).info(message, *arguments)

    assert caplog.messages == [logged]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("uvicorn.access", ("127.0.0.1:9", "GET", "/readyz?x=1", "1.1", 503)),
        ("gunicorn.access", (_Atoms(U="/healthz", r="GET /healthz HTTP/1.1"),)),
    ],
)
def test_a_servers_log_has_no_line_of_a_probe(
    caplog: pytest.LogCaptureFixture, name: str, arguments: tuple[object, ...]
) -> None:
    hide_queries()

    with caplog.at_level(logging.INFO, name):
        logging.getLogger(name).info("%s", *arguments)

    assert caplog.messages == []


def test_a_servers_log_names_an_exception_without_its_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # VA-05
    hide_queries()
    try:
        raise ZeroDivisionError("canary")
    except ZeroDivisionError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    assert "ZeroDivisionError" in caplog.text
    assert "test_web_answers.py" in caplog.text
    assert "canary" not in caplog.text
