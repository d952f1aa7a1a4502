"""A local Cognito on a free port, and a browser without a screen to sign in with."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import chain, repeat
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qsl, urlencode

import attrs

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito import LocalCognito, PoolConfig, TriggerHandler, Triggers
from authcore_local.flow import FlowLog
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE
from support.service_model import errors_of


POOL_ID: Final = "eu-local-1_Test00001"
CLIENT_ID: Final = "client1234567890"
CLIENT_SECRET: Final = "canary-client-secret-0123456789"
CALLBACK: Final = "http://127.0.0.1:8401/auth/signin/callback"
VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE: Final = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
PASSWORD: Final = "canary-Pässword 1"
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}

REQUEST: Final[Mapping[str, str]] = {
    "client_id": CLIENT_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid email profile",
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@attrs.frozen(kw_only=True)
class AmpleTriggers(Triggers):
    """Functions that the pool waits for longer than Amazon's does, unless *limit* is short."""

    limit: timedelta = AMPLE


class _HastyAtFirst:
    """Gives up its first invocation soon, and none of the others."""

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers
        self._limits = chain([timedelta(milliseconds=50)], repeat(AMPLE))

    @property
    def limit(self) -> timedelta:
        """Of the next invocation."""
        return next(self._limits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._triggers, name)


def hasty_at_first(triggers: Triggers) -> Triggers:
    """*triggers*, of which the first invocation is given up, however busy the machine is."""
    return cast("Triggers", _HastyAtFirst(triggers))


class LocalPool:
    """One pool, served until the context ends, with one user: anna, confirmed."""

    def __init__(
        self,
        *,
        user_migration: TriggerHandler | None = None,
        trigger_limit: timedelta = AMPLE,
        triggers: Triggers | None = None,
        clock: FrozenClock | None = None,
        **config: Any,
    ) -> None:
        self.server = LoopbackServer(self)
        self.url = self.server.url
        self.clock = clock or FrozenClock()
        self.flow = FlowLog(self.clock)
        self.config = PoolConfig(
            **{
                "region": "eu-local-1",
                "pool_id": POOL_ID,
                "issuer": f"{self.url}/{POOL_ID}",
                "domain": self.url,
                "client_id": CLIENT_ID,
                "client_secrets": (CLIENT_SECRET,),
                "callback_urls": (CALLBACK,),
                **config,
            }
        )
        self.cognito = LocalCognito(
            self.config,
            clock=self.clock,
            entropy=ScriptedEntropy(),
            mint=TokenMint(clock=self.clock),
            triggers=triggers or AmpleTriggers(user_migration=user_migration, limit=trigger_limit),
            flow=self.flow,
        )
        self.http = HttpClient(within=AMPLE, max_bytes=1_000_000)
        self.anna = self.cognito.users.create(
            "anna@example.com" if self.config.sign_in_names == "email" else "anna",
            PASSWORD,
            status="CONFIRMED",
            attributes={
                "email": "anna@example.com",
                "email_verified": "true",
                "name": "Anna",
                "custom:legacy_uid": "42",
            },
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.cognito.app(scope, receive, send)

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()
        self.server.stop()

    def disable(self, username: str) -> None:
        self.cognito.users.change(username, lambda user: attrs.evolve(user, enabled=False))

    def redeem(
        self, code: str, /, *, secret: str = CLIENT_SECRET, **changes: str | None
    ) -> HttpAnswer:
        """POST /oauth2/token with Basic authentication; a change to None leaves a field out."""
        fields = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.post("/oauth2/token", fields, secret=secret)

    def sign_in(self, username: str = "anna") -> dict[str, Any]:
        """The answer of the token endpoint to a new sign-in with PASSWORD in managed login."""
        answer = self.redeem(code_of(Browser(self).sign_in(username, PASSWORD)))
        body: dict[str, Any] = json.loads(answer.body)
        return body

    def post(
        self, path: str, fields: Mapping[str, str | None], *, secret: str = CLIENT_SECRET
    ) -> HttpAnswer:
        """POST a form with Basic authentication; a field that is None is left out."""
        form = {name: value for name, value in fields.items() if value is not None}
        pair = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
        headers = {**FORM, "authorization": f"Basic {pair}"}
        return self.http.request(
            "POST", f"{self.url}{path}", headers=headers, content=urlencode(form).encode()
        )

    def call(
        self, operation: str, members: Mapping[str, object], *, signed: bool = False
    ) -> HttpAnswer:
        """One call of the ``cognito-idp`` API; its error is one that the operation has."""
        signature = {"authorization": "AWS4-HMAC-SHA256 Credential=local"} if signed else {}
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSCognitoIdentityProviderService.{operation}",
            **signature,
        }
        answer = self.http.request(
            "POST", f"{self.url}/", headers=headers, content=json.dumps(members).encode()
        )
        if answer.status != 200:
            assert json.loads(answer.body)["__type"] in errors_of(operation)
        return answer

    def administer(self, operation: str, username: str = "anna", **members: object) -> HttpAnswer:
        """An ``Admin…`` call about one user."""
        given = {"UserPoolId": POOL_ID, "Username": username, **members}
        return self.call(operation, given, signed=True)

    def user_info(self, access_token: str) -> HttpAnswer:
        """GET /oauth2/userInfo."""
        headers = {"authorization": f"Bearer {access_token}"}
        return self.http.request("GET", f"{self.url}/oauth2/userInfo", headers=headers)


class Browser:
    """Follows nothing by itself; keeps cookies."""

    def __init__(self, pool: LocalPool) -> None:
        self._pool = pool
        self.cookies = BrowserCookies(pool.clock)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> HttpAnswer:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def authorize(self, **changes: str | None) -> HttpAnswer:
        return self.get("/oauth2/authorize", request(**changes))

    def page(self, **changes: str | None) -> HttpAnswer:
        return self.get("/login", request(**changes))

    def submit(self, page: HttpAnswer, username: str, password: str) -> HttpAnswer:
        """Fill the sign-in form on *page* and send it."""
        return self.send(page, username=username, password=password)

    def send(self, page: HttpAnswer, **fields: str) -> HttpAnswer:
        """Fill the first form on *page* and send it."""
        form = {**hidden_fields(page), **fields}
        return self._ask("POST", form_action(page), urlencode(form).encode())

    def post(self, path: str, page: HttpAnswer, **fields: str) -> HttpAnswer:
        """Send the hidden fields of *page*, and *fields*, to *path* instead."""
        form = {**hidden_fields(page), **fields}
        return self._ask("POST", f"{path}?{urlencode(request())}", urlencode(form).encode())

    def open(self, path: str, **changes: str | None) -> HttpAnswer:
        """A page that carries the authorization request."""
        return self.get(path, request(**changes))

    def consent(self, provider: str, **changes: str | None) -> HttpAnswer:
        """The page of *provider*, reached by naming it."""
        answer = self.authorize(identity_provider=provider, **changes)
        return self.get(answer.header("location") or "")

    def continue_with(self, provider: str, **somebody: str) -> HttpAnswer:
        """Agree at *provider* to sign in as *somebody*; what the pool makes of it."""
        agreed = self.send(self.consent(provider), **{"person": "", **somebody})
        return self.get(agreed.header("location") or "")

    def sign_in(self, username: str, password: str, **changes: str | None) -> HttpAnswer:
        return self.submit(self.page(**changes), username, password)

    def _ask(self, method: Any, path: str, content: bytes = b"") -> HttpAnswer:
        headers = {"cookie": self.cookies.header("127.0.0.1"), **(FORM if content else {})}
        answer = self._pool.http.request(
            method, f"{self._pool.url}{path}", headers=headers, content=content
        )
        set_cookies = [value for name, value in answer.headers if name == "set-cookie"]
        self.cookies.apply(set_cookies, "127.0.0.1")
        return answer


def request(**changes: str | None) -> dict[str, str]:
    """An authorization request; a change to None leaves a parameter out."""
    return {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}


def form_action(page: HttpAnswer) -> str:
    found = re.search(r'action="([^"]*)"', page.body.decode())
    assert found is not None
    return html.unescape(found[1])


def hidden_fields(page: HttpAnswer) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.body.decode())
    return {name: html.unescape(value) for name, value in found}


def problem_on(page: HttpAnswer) -> str:
    """The text above the prompt."""
    found = re.search(r'<p class="problem"[^>]*>([^<]*)</p>', page.body.decode())
    assert found is not None
    return html.unescape(found[1])


def sent_to(answer: HttpAnswer) -> tuple[str, dict[str, str]]:
    """Where a redirect goes, without its query, and the query."""
    assert answer.status == 302
    location, _, query = (answer.header("location") or "").partition("?")
    return location, dict(parse_qsl(query, keep_blank_values=True))


def claims_of(token: str) -> dict[str, Any]:
    """What a JWT says, unverified."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


class Recorder:
    """Every trigger of a pool: keeps the events, answers as it is told, or by default nothing."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Any]] = {}

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        self.events.append(json.loads(json.dumps(event)))
        answer = self.answers.get(event["triggerSource"])
        return event if answer is None else answer(event)

    @property
    def sources(self) -> list[str]:
        return [event["triggerSource"] for event in self.events]

    def triggers(self, **more: Any) -> Triggers:
        """Attached to the pool at every place."""
        return AmpleTriggers(
            **{
                "user_migration": self,
                "pre_sign_up": self,
                "post_confirmation": self,
                "pre_authentication": self,
                "post_authentication": self,
                "pre_token_generation": self,
                **more,
            }
        )


def code_of(answer: HttpAnswer) -> str:
    location, parameters = sent_to(answer)
    assert location == CALLBACK
    return parameters["code"]
