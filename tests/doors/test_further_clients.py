"""Tokens of further app clients and pools, through every entrypoint that programs bring them to."""

import io
import json
from collections.abc import Callable, Collection
from typing import Any

import pytest
from dependency_injector import providers

from authcore.domain.model.pools import issuer_urls
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.settings import load
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from authcore.wiring.sessions import SessionContainer
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_lambda.authorizer import AuthorizerSettings, authorizer_of
from doors.door_world import environment_for
from doors.live_web_world import CALLER_KEY, EXPIRED, LiveWebWorld
from support.gateway_events import simple_request
from unit.asgi_calls import PROGRAM


MOBILE = "m0b1l3app"
PARTNER_POOL = "us-east-1_Partner01"
FURTHER = {
    "COGNITO_FURTHER_CLIENT_IDS": MOBILE,
    "COGNITO_FURTHER_POOLS": f"{PARTNER_POOL}=partnerweb {PARTNER_POOL}=partnerapp",
    "COGNITO_AUDIENCE": "https://api.example.com",
}


class PartnerKeys:
    """Publishes the keys of a further pool at the URLs that follow from its id."""

    def __init__(self, mint: TokenMint) -> None:
        self.mint = mint
        self.opened: list[Collection[str]] = []

    def __call__(self, urls: Collection[str]) -> Callable[[], bytes]:
        self.opened.append(urls)
        return self.mint.jwks_bytes


class World(LiveWebWorld):
    """An auth service that accepts a mobile app and a partner's pool."""

    def __init__(self) -> None:
        super().__init__(**FURTHER, USER_ROLES="editors=editor")

    def parts(self) -> dict[str, Any]:
        clock = self.clock
        self.mobile = TokenMint(clock=clock, client_id=MOBILE)
        self.partner = TokenMint(
            clock=clock, client_id="partnerapp", issuer=issuer_urls(PARTNER_POOL)[1]
        )
        self.partner.rotate(keep_old=False)
        self.partner_keys = PartnerKeys(self.partner)
        return {**super().parts(), "open_key_source": providers.Object(self.partner_keys)}

    def verify(self, tokens: TokenSet) -> Any:
        members = {
            "access_token": tokens.access_token,
            "id_token": tokens.id_token,
            "refresh_token": tokens.refresh_token,
        }
        return self.visit(
            "/auth/verify",
            method="POST",
            headers=[
                ("authorization", f"Bearer {CALLER_KEY}"),
                ("content-type", "application/json"),
            ],
            body=json.dumps(members).encode(),
        ).json


def issued(mint: TokenMint, **claims: Any) -> TokenSet:
    access = mint.access(**claims)
    return TokenSet(access, mint.identity(at_hash=mint.at_hash(access)), RefreshToken("foreign"))


@pytest.fixture
def world() -> World:
    return World()


def test_verify_accepts_them_and_says_whose_they_are(world: World) -> None:
    # TV-08, TV-13
    own, mobile, partner = (
        world.verify(each) for each in (world.tokens(), issued(world.mobile), issued(world.partner))
    )

    assert own.keys() == {"verified", "user"}
    assert mobile["issued_for"]["client_id"] == MOBILE
    assert partner["verified"] is True
    assert partner["issued_for"] == {"user_pool_id": PARTNER_POOL, "client_id": "partnerapp"}
    assert world.partner_keys.opened == [
        tuple(f"{issuer}/.well-known/jwks.json" for issuer in issuer_urls(PARTNER_POOL))
    ]


def test_another_pool_names_no_account_and_no_role_of_ours(world: World) -> None:
    # its users may write custom:legacy_uid, and its administrators make groups of any name
    claims = {"custom:legacy_uid": "1", "cognito:groups": ["editors"]}
    own, mobile, partner = (
        world.verify(TokenSet(mint.access(), mint.identity(**claims), None))["user"]
        for mint in (world.mint, world.mobile, world.partner)
    )

    assert [(user["legacy_uid"], user["roles"]) for user in (own, mobile, partner)] == [
        ("1", ["editor"]),
        ("1", ["editor"]),
        (None, []),
    ]
    assert partner["groups"] == ["editors"]


def test_none_of_them_is_a_browser_s_session(world: World) -> None:
    # SP-10
    for mint in (world.mobile, world.partner):
        world.browser.apply(world.container.sessions().write(issued(mint)), "auth.example.com")
        for path in ("/auth/session", "/auth/check"):
            answer = world.visit(path, headers=[PROGRAM])
            assert answer.status == 401
            assert "user" not in answer.text


def test_their_refresh_tokens_are_never_sent_with_the_secret_of_the_web_client(
    world: World,
) -> None:
    # RF-02: Cognito would refuse them, and a good session of the app would end.
    sessions = [issued(mint) for mint in (world.mobile, world.partner)]
    world.clock.advance(EXPIRED)

    for tokens in sessions:
        assert world.verify(tokens) == {"verified": False, "reason": "token_expired"}
    assert world.provider.sent == []


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"client_id": "partnerweb"}, "client_id"),
        ({"aud": "https://others.example.com"}, "aud"),
        ({"act": "nobody"}, "act"),
        ({"iss": issuer_urls("us-east-1_Stranger1")[0]}, "iss"),
    ],
)
def test_a_client_of_another_pool_or_api_is_refused_and_the_audit_names_the_claim(
    world: World, claims: dict[str, Any], detail: str
) -> None:
    # TV-07, TV-08, TV-09, TV-15
    assert world.verify(issued(world.mobile, **claims))["reason"] == "token_claim"
    event = world.audit.events[-1]
    assert (event.action, event.detail, event.caller) == ("verify", detail, "cms")


def test_who_acts_for_a_user_is_in_the_answer_and_in_the_audit(world: World) -> None:
    answer = world.verify(
        issued(world.mobile, act={"sub": "agent-7"}, aud=["https://api.example.com"])
    )

    assert answer["user"]["actor"] == "agent-7"
    event = world.audit.events[-1]
    assert (event.action, event.outcome, event.actor) == ("verify", "accepted", "agent-7")
    assert "actor" not in world.verify(issued(world.mobile))["user"]


def gateway(mint: TokenMint) -> tuple[Any, TokenMint]:
    """An authorizer, and the mint of a partner."""
    partner = TokenMint(client_id="partnerapp", issuer=issuer_urls(PARTNER_POOL)[0], clock=CLOCK)
    partner.rotate(keep_old=False)
    settings = load(AuthorizerSettings, environment_for(mint, **FURTHER))
    container = SessionContainer(settings=settings)
    container.override_providers(
        clock=providers.Object(CLOCK),
        fetcher=providers.Object(mint.jwks_bytes),
        open_key_source=providers.Object(PartnerKeys(partner)),
    )
    return authorizer_of(container, settings), partner


CLOCK = FrozenClock()


def test_the_authorizer_accepts_them_and_says_whose_they_are() -> None:
    # TV-08, TV-13
    mint = TokenMint(clock=CLOCK)
    door, partner = gateway(mint)
    mobile = TokenMint(clock=CLOCK, client_id=MOBILE)

    def context(token: str) -> dict[str, str]:
        answer = door(simple_request(headers=[("Authorization", f"Bearer {token}")]))
        assert answer["isAuthorized"] is True
        found: dict[str, str] = answer["context"]
        return found

    assert "client_id" not in context(mint.access())
    assert context(mobile.access())["client_id"] == MOBILE
    assert context(partner.access(act={"sub": "agent-7"})) | {
        "user_pool_id": PARTNER_POOL,
        "client_id": "partnerapp",
        "actor": "agent-7",
    } == context(partner.access(act={"sub": "agent-7"}))


def test_the_command_line_judges_them_alike() -> None:
    clock = FrozenClock()
    partner = TokenMint(client_id="partnerapp", issuer=issuer_urls(PARTNER_POOL)[0], clock=clock)
    own = TokenMint(client_id=MOBILE, clock=clock)
    keys = {PARTNER_POOL: partner.jwks()}

    def build(**pool: Any) -> Any:
        import authcore

        jwks = keys.get(pool["user_pool_id"], own.jwks())
        return authcore.token_validator(**pool, jwks=jwks, clock=clock)

    variables = environment_for(own, **FURTHER)
    for mint, status in ((own, 0), (partner, 0), (TokenMint(client_id="x", clock=clock), 1)):
        out, err = io.StringIO(), io.StringIO()
        context = CommandContext(variables, io.StringIO(mint.access()), out, err, clock, build)
        assert run(["token", "verify"], context) == status, err.getvalue()
