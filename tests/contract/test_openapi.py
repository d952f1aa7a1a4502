"""The description of the auth service says what the service does, and nothing else."""

import json
from typing import Any, Final

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.routing import Route

from contract.described_world import DescribedWorld
from doors.connect_web_world import ConnectWebWorld
from doors.web_world import WebWorld
from unit.asgi_calls import PAGE, PROGRAM, Answer


DOCUMENT_URI = "urn:authcore:openapi"


@pytest.fixture(scope="module")
def document() -> Any:
    return WebWorld().visit("/openapi.json").json


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_is_described_and_every_description_is_a_route(document: Any) -> None:
    routes = {
        (route.path.replace(":any_path}", "}"), method)
        for route in DescribedWorld().app.routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"  # the document says once that every GET answers it
    }
    described = {
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if method != "parameters"
    }

    assert described == routes


def test_it_names_no_server_for_it_knows_none(document: Any) -> None:
    """VA-04."""
    assert "servers" not in document


def described(document: Any, path: str, answer: Answer, method: str = "get") -> Any:
    """What the document says about *answer*; fails where it says nothing."""
    return resolved(document, document["paths"][path][method]["responses"][str(answer.status)])


def resolved(document: Any, part: Any) -> Any:
    reference = part.get("$ref")
    if reference is None:
        return part
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


TELLING: Final = {
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "location",
    "retry-after",
    "set-cookie",
    "www-authenticate",
}
"""Headers that a client acts on: an answer has none that the document does not promise."""


def check(document: Any, path: str, answer: Answer, method: str = "get") -> None:
    said = described(document, path, answer, method)
    media_type = (answer.header("content-type") or "").partition(";")[0]
    if "content" not in said:
        assert answer.body == b""
    else:
        schema = said["content"][media_type].get("schema", {})
        value = answer.json if media_type == "application/json" else answer.text
        registry: Any = Registry().with_resource(
            DOCUMENT_URI, Resource.from_contents(document, default_specification=DRAFT202012)
        )
        absolute = json.loads(json.dumps(schema).replace('"#/', f'"{DOCUMENT_URI}#/'))
        OAS31Validator(absolute, registry=registry).validate(value)
    promised = {name.lower(): resolved(document, h) for name, h in said.get("headers", {}).items()}
    for name, header in promised.items():
        value = next(iter(answer.all(name)), None)
        assert value is not None or not header.get("required"), name
        assert value in (None, header.get("schema", {}).get("const", value)), name
    assert {name for name, _ in answer.headers if name in TELLING} <= promised.keys()


def answers() -> list[tuple[str, Answer]]:
    """At least one real answer of each kind that the document promises."""
    world = WebWorld()
    signin, callback = "/auth/signin", "/auth/signin/callback"
    found = [
        ("/auth/session", world.visit("/auth/session")),
        (signin, world.visit(signin)),
        (signin, world.visit(f"{signin}?redirect=x")),
        (signin, world.visit(f"{signin}?redirect=x", headers=[PROGRAM])),
        (callback, world.visit(callback, headers=[PROGRAM])),
        (callback, world.sign_in()),
        ("/auth/session", world.visit("/auth/session")),
        ("/healthz", world.visit("/healthz")),
        ("/readyz", world.visit("/readyz")),
        ("/openapi.json", world.visit("/openapi.json")),
    ]
    wrong = world.begin()
    found.append((callback, world.visit(world.issue(wrong, world.tokens(nonce="another")))))
    large = world.begin()
    tokens = world.tokens(nonce=large["nonce"], **{"custom:about": "a" * 5000})
    found.append((callback, world.visit(world.issue(large, tokens))))
    target = world.issue(world.begin())
    world.exchanger.knows_client = False
    found.append((callback, world.visit(target, headers=[PROGRAM])))
    target = world.issue(world.begin())
    world.exchanger.reachable = False
    found.append((callback, world.visit(target, headers=[PROGRAM])))
    world.exchanger.reachable, world.exchanger.available = True, False
    found.append((callback, world.visit(target, headers=[PAGE])))
    target = world.issue(world.begin())
    world.exchanger.exchange = None  # type: ignore[assignment, method-assign]
    found.append((callback, world.visit(target, headers=[PROGRAM])))
    found.append((callback, ConnectWebWorld().sign_in_with_apple()))
    down = WebWorld()
    down.keys.is_up = False
    found.append(("/readyz", down.visit("/readyz")))
    return found


def test_real_answers_are_as_described(document: Any) -> None:
    for path, answer in answers():
        check(document, path, answer)


def test_only_an_answer_that_may_be_asked_for_again_says_when() -> None:
    said = {
        (answer.header("retry-after"), bool(answer.all("set-cookie")))
        for path, answer in answers()
        if path == "/auth/signin/callback" and answer.status == 503
    }

    assert said == {("5", False), (None, True)}


def test_the_real_answers_cover_every_status_of_the_sign_in(document: Any) -> None:
    seen = {(path, str(answer.status)) for path, answer in answers()}

    for status in document["paths"]["/auth/signin/callback"]["get"]["responses"]:
        assert ("/auth/signin/callback", status) in seen
