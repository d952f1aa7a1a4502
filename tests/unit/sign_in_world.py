"""A pool, a browser and a clock for the sign-in tests; nothing leaves the process."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.model.app_client import AppClient
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sign_in.code_redeemer import CodeRedeemer
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.signatures import SignatureVerifier
from authcore.testing.fakes.coordination import InMemoryReplayCache
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.fakes.token_endpoint import InMemoryCodeExchanger
from authcore.testing.mint import TokenMint


AUTHORIZE_URL = "https://example.auth.eu-west-1.amazoncognito.com/oauth2/authorize"
CALLBACK_URL = "https://auth.example.com/auth/signin/callback"
DEFAULT_TARGET = "https://cms.example.com/"
DEEP_LINK = "https://cms.example.com/new-post?draft=1&tag=a%20b#end"
ORIGINS = ("https://cms.example.com", "https://shop.example.com")

Parameters = list[tuple[str, str]]


class World:
    """Everything a SignIn talks to, in memory."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.entropy = ScriptedEntropy()
        self.mint = TokenMint(clock=self.clock)
        self.exchanger = InMemoryCodeExchanger()
        self.seen = InMemoryReplayCache(self.clock)
        self.signatures = JwksSignatureVerifier(StaticKeys(self.mint.jwks()))
        self.validator = self.validator_over(self.signatures)

    def validator_over(self, signatures: SignatureVerifier) -> TokenValidator:
        return TokenValidator(
            signatures=signatures,
            clock=self.clock,
            issuers=[self.mint.issuer],
            client_ids=[self.mint.client_id],
        )

    def sign_in(self, **changes: Any) -> SignIn:
        """A SignIn; *changes* are attributes of it, of its client or of its redeemer."""

        def part(build: Any, **usual: Any) -> Any:
            return build(**{name: changes.pop(name, value) for name, value in usual.items()})

        client = part(
            AppClient,
            client_id=self.mint.client_id,
            issuer=self.mint.issuer,
            authorize_url=AUTHORIZE_URL,
            redirect_uri=CALLBACK_URL,
            scopes=("openid", "email", "profile"),
            providers=(),
        )
        redeemer = part(
            CodeRedeemer,
            exchanger=self.exchanger,
            validator=self.validator,
            replay_cache=self.seen,
        )
        settings: dict[str, Any] = {
            "client": client,
            "redeemer": redeemer,
            "allowlist": RedirectAllowlist(ORIGINS),
            "default_redirect": DEFAULT_TARGET,
            "clock": self.clock,
            "entropy": self.entropy,
            "attempt_lifetime": timedelta(minutes=10),
        }
        return SignIn(**{**settings, **changes})

    def tokens(self, **identity: Any) -> TokenSet:
        """What the pool issues; *identity* are claims of the ID token."""
        access = self.mint.access()
        claims = {"at_hash": self.mint.at_hash(access), **identity}
        return TokenSet(access, self.mint.identity(**claims), RefreshToken("refresh-canary"))

    def callback(self, start: SignInStart, tokens: TokenSet | None = None) -> Parameters:
        """The pool's answer to a browser whose user signed in."""
        asked = query_of(start)
        code = self.exchanger.issue(
            tokens or self.tokens(nonce=asked["nonce"]),
            redirect_uri=asked["redirect_uri"],
            code_challenge=asked["code_challenge"],
        )
        return [("code", code), ("state", asked["state"])]


def query_of(start: SignInStart) -> Mapping[str, str]:
    """The authorize request's parameters, each of which occurs once."""
    pairs = parse_qsl(start.authorize_url.partition("?")[2], strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
