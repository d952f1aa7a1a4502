"""``authcore doctor`` at the local stack: nothing to mend, and what is planted is found."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from authcore.domain.model.checks import UNREAD
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.addresses import Ports
from authcore_local.stack import LocalStack
from doors.nginx_server import NOBODY_LISTENS, PROGRAM, Nginx
from support.gate import sampled
from support.scripted_server import HANG_UP, ScriptedServer, answer


Found = dict[str, Any]


@pytest.fixture(scope="module", name="stack")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free(), own_sign_in_page=True) as stack:
        yield stack


@pytest.fixture(name="revise")
def _revise(stack: LocalStack) -> Iterator[Callable[..., None]]:
    """Changes members of what a describing operation answers, for one test."""

    def revise(operation: str, structure: str | None, **members: Any) -> None:
        def changed(found: Found) -> Found:
            inner = found if structure is None else found[structure]
            kept = {k: v for k, v in {**inner, **members}.items() if v is not None}
            return kept if structure is None else {**found, structure: kept}

        stack.cognito.revisions[operation] = changed

    yield revise
    stack.cognito.revisions.clear()


def doctor(environment: Mapping[str, str], *arguments: str) -> tuple[int, Found]:
    out, err = io.StringIO(), io.StringIO()
    status = run(
        ["doctor", "--json", *arguments], CommandContext(environment, io.StringIO(), out, err)
    )
    assert err.getvalue() == ""
    document: Found = json.loads(out.getvalue())
    return status, document


def ids(document: Found) -> set[str]:
    return {each["id"] for each in document["findings"]}


def test_there_is_nothing_to_mend_in_the_local_stack(stack: LocalStack) -> None:
    status, document = doctor(stack.environment)

    assert document["findings"] == []
    assert document["skipped"] == []
    assert len(document["passed"]) >= 60
    assert status == 0


@pytest.mark.whole
def test_a_rotating_secret_that_is_read_again_is_right() -> None:
    with LocalStack(ports=Ports.free(), managed_secret=True) as stack:
        status, document = doctor(stack.environment)

    assert ids(document) == set()
    assert status == 0


POOL: Final = ("DescribeUserPool", "UserPool")
CLIENT: Final = ("DescribeUserPoolClient", "UserPoolClient")
DOMAIN: Final = ("DescribeUserPoolDomain", "DomainDescription")
FUNCTION: Final = ("GetFunctionConfiguration", None)
PLANTED: Final = [
    ("custom_attributes_present", POOL, {"SchemaAttributes": []}),
    ("letter_case", POOL, {"UsernameConfiguration": {"CaseSensitive": False}}),
    ("pool_kind", POOL, {"UsernameAttributes": ["phone_number"]}),
    ("cognito_user_pool_mfa_enabled", POOL, {"MfaConfiguration": "OFF"}),
    ("links_not_writable", CLIENT, {"WriteAttributes": None}),
    ("callback_url_registered", CLIENT, {"CallbackURLs": []}),
    ("sign_out_urls_registered", CLIENT, {"LogoutURLs": []}),
    ("scopes_allowed", CLIENT, {"AllowedOAuthScopes": []}),
    ("code_flow", CLIENT, {"AllowedOAuthFlows": ["implicit"]}),
    ("client_secret_current", CLIENT, {"ClientSecret": "another-secret-0123456789"}),
    ("own_page_flow", CLIENT, {"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
    ("domain_of_pool", DOMAIN, {"UserPoolId": "eu-local-1_Another1"}),
    ("domain_active", DOMAIN, {"Status": "FAILED"}),
    ("trigger_timeouts", FUNCTION, {"Timeout": 3}),
    ("trigger_functions_active", FUNCTION, {"State": "Failed"}),
]


@pytest.mark.parametrize("planted", sampled(PLANTED, of=2))
def test_what_is_planted_is_found_over_the_wire(
    stack: LocalStack,
    revise: Callable[..., None],
    planted: tuple[str, tuple[str, str | None], Found],
) -> None:
    check, place, members = planted
    revise(*place, **members)
    migration = {
        "AUTHCORE_MIGRATION_POOL": "username",
        "AUTHCORE_MIGRATION_CASE_SENSITIVE": "on",
    }

    status, document = doctor({**stack.environment, **migration}, "--only", check)

    assert ids(document) == {check}
    assert status == 1


MISFITS: Final = [
    ("keys_published", {"COGNITO_JWKS_URL": "{cognito}/nowhere/jwks.json"}),
    ("sign_in_leads_to_pool", {"COGNITO_CLIENT_ID": "another"}),
    ("keys_strong", {"LEGACY_API_KEY": "legacy"}),
    ("domain_of_pool", {"SIGN_IN_DOMAIN_URL": "http://login.localhost:{port}"}),
]


@pytest.mark.parametrize("misfit", sampled(MISFITS, of=1))
def test_settings_that_do_not_fit_are_found(
    stack: LocalStack, misfit: tuple[str, Mapping[str, str]]
) -> None:
    (check, variables), addresses = misfit, stack.addresses
    filled = {
        f"AUTHCORE_{name}": value.format(
            cognito=addresses.cognito_server_url, port=addresses.ports.cognito
        )
        for name, value in variables.items()
    }

    _, document = doctor({**stack.environment, **filled}, "--only", check)

    assert ids(document) == {check}


PLAIN_SITE: Final = """
server {
    listen 443 ssl;
    large_client_header_buffers 4 4k;
    proxy_buffer_size 4k;
    proxy_buffers 8 4k;
    location / { proxy_pass http://127.0.0.1:8401; proxy_set_header Host $http_host; }
}
"""


@pytest.mark.nginx
@pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed: run `make proxies`")
def test_a_proxy_with_small_buffers_is_found(stack: LocalStack) -> None:
    """As a plain ``proxy_pass`` of nginx: 4 kB for the head of a response."""
    auth = stack.addresses.ports.auth
    with Nginx(auth=auth, app=NOBODY_LISTENS, site=PLAIN_SITE) as nginx:
        behind = f"http://auth.authcore.localhost:{nginx.port}"
        environment = {
            **stack.environment,
            "AUTHCORE_SIGN_IN_CALLBACK_URL": f"{behind}/auth/signin/callback",
        }
        heads = ("--only", "response_heads_pass", "--only", "request_heads_pass")
        status, document = doctor(environment, *heads)

    assert ids(document) == {"response_heads_pass", "request_heads_pass"}
    assert status == 1


HOSTILE: Final = {
    "html": [answer(200, b"<html>Welcome to the airport</html>", media_type="text/html")],
    "empty object": [answer(200, b"{}", media_type="application/x-amz-json-1.1")],
    "list": [answer(200, b"[[[[]]]]", media_type="application/x-amz-json-1.1")],
    "deep": [answer(200, b"[" * 60_000, media_type="application/x-amz-json-1.1")],
    "redirect": [answer(302, headers=["Location: http://127.0.0.1:1/"])],
    "other protocol": [b"SSH-2.0-OpenSSH\r\n\r\n", HANG_UP],
    "nothing": [HANG_UP],
    "error page": [answer(503, b"canary", media_type="text/html")],
}


@pytest.mark.parametrize("answers", sampled([*HOSTILE], of=2))
def test_a_hostile_endpoint_ends_with_findings(answers: str) -> None:
    with ScriptedServer(lambda _: HOSTILE[answers]) as hostile:
        environment = {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
            "AUTHCORE_COGNITO_CLIENT_ID": "client",
            "AUTHCORE_COGNITO_ENDPOINT_URL": hostile.url,
            "AUTHCORE_COGNITO_JWKS_URL": f"{hostile.url}/jwks.json",
            "AUTHCORE_GUARD_APP_URL": hostile.url,
            "AUTHCORE_GUARD_SIGNIN_URL": f"{hostile.url}/auth/signin",
        }
        status, document = doctor(environment)

    assert UNREAD in ids(document)
    assert status in (1, 3)
    assert "canary" not in json.dumps(document)
