"""The auth service, wired as in production, with the network exchanged for memory."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from dependency_injector import providers

from authcore.adapters.coordination.process.replay_cache import ProcessReplayCache
from authcore.domain.model.tokens import TokenSet
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.fakes.token_endpoint import InMemoryCodeExchanger
from authcore.testing.mint import TokenMint
from authcore_web.app import create_app
from authcore_web.container import web_container
from doors.door_world import KeySource, environment_for, tokens_of
from unit.asgi_calls import PAGE, Answer, Headers, call


AUTH_HOST: Final = "auth.example.com"
AUTHORIZE_URL: Final = "https://example.auth.eu-west-1.amazoncognito.com/oauth2/authorize"
DEEP_LINK: Final = "https://cms.example.com/new-post?draft=1&tag=a%20b#end"


class WebWorld:
    """The service and one browser."""

    def __init__(self, **changes: str) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock)
        self.keys = KeySource(self.mint)
        self.exchanger = InMemoryCodeExchanger()
        self.store = InMemorySealedStore(self.clock)
        self.audit = InMemoryAuditLog()
        self.browser = BrowserCookies(self.clock)
        self.environment = environment_for(self.mint, **changes)
        self.container = web_container(self.environment)
        self.container.override_providers(**self.parts())
        self.app: Any = create_app(self.container)

    def parts(self) -> dict[str, Any]:
        """What stands in the place of the network."""
        return {
            "clock": self.clock,
            "entropy": providers.Object(ScriptedEntropy()),
            "audit_log": providers.Object(self.audit),
            "exchanger": providers.Object(self.exchanger),
            "replay_cache": providers.Object(ProcessReplayCache(self.clock)),
            "fetcher": providers.Object(self.keys),
            "texts": providers.Object(self.store),
            "token_refresher": providers.Object(None),
        }

    def visit(self, target: str, *, headers: Headers = (PAGE,), **more: Any) -> Answer:
        """What the browser gets for *target*; it keeps the cookies."""
        cookies = self.browser.header(AUTH_HOST)
        answer = call(self.app, target, headers=headers, cookies=cookies, **more)
        self.browser.apply(answer.all("set-cookie"), AUTH_HOST)
        assert self.browser.refused == []
        return answer

    def begin(self, redirect: str | None = DEEP_LINK) -> dict[str, str]:
        """Begin a sign-in; the parameters of the authorize request."""
        query = "?" + urlencode({"redirect": redirect}) if redirect else ""
        answer = self.visit(f"/auth/signin{query}")
        assert answer.status == 302, answer.text
        endpoint, _, asked = (answer.header("location") or "").partition("?")
        assert endpoint == AUTHORIZE_URL
        return dict(parse_qsl(asked, strict_parsing=True))

    def issue(self, asked: dict[str, str], tokens: TokenSet | None = None) -> str:
        """The callback's target after the user signed in at the provider."""
        code = self.exchanger.issue(
            tokens or self.tokens(nonce=asked["nonce"]),
            redirect_uri=asked["redirect_uri"],
            code_challenge=asked["code_challenge"],
        )
        return "/auth/signin/callback?" + urlencode({"code": code, "state": asked["state"]})

    def tokens(self, **identity: object) -> TokenSet:
        """What the pool issues; *identity* are claims of the ID token."""
        return tokens_of(self.mint, **identity)

    def sign_in(self, redirect: str | None = DEEP_LINK) -> Answer:
        """All of it."""
        return self.visit(self.issue(self.begin(redirect)))

    @property
    def cookie_names(self) -> set[str]:
        """What the browser holds for the auth service."""
        header = self.browser.header(AUTH_HOST)
        return {pair.partition("=")[0] for pair in header.split("; ") if pair}
