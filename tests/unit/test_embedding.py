"""What an embedding team gets in one call."""

import inspect
import itertools
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import authcore
from authcore.domain.model.session_decision import Admitted, PresentedSession, SignInRequired
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from authcore.testing.mint import TokenMint
from unit.session_world import SessionWorld


POOL = "eu-west-1_Ab12Cd34E"


def validator_of(mint: TokenMint, **more: Any) -> TokenValidator:
    return authcore.token_validator(
        user_pool_id=POOL, client_id=mint.client_id, jwks=mint.jwks(), **more
    )


def test_an_allow_list_takes_its_origins_and_refuses_others() -> None:
    allowlist = authcore.redirect_allowlist(["https://cms.example.com"])
    assert allowlist.resolve("https://cms.example.com/a") == "https://cms.example.com/a"
    for elsewhere in ("https://evil.example/", "/a"):
        with pytest.raises(authcore.RedirectRejectedError):
            allowlist.resolve(elsewhere)


def test_an_allow_list_with_a_base_takes_paths() -> None:
    allowlist = authcore.redirect_allowlist([], base="https://cms.example.com")
    assert allowlist.resolve("/a") == "https://cms.example.com/a"


def test_a_guard_admits_the_pools_users_and_nobody_else() -> None:
    mint = TokenMint()
    guard = authcore.session_guard(validator=validator_of(mint))
    assert isinstance(
        guard.decide(PresentedSession(TokenSet(mint.access(), mint.identity(), None))), Admitted
    )
    foreign = TokenMint(client_id="anotherclient")
    assert guard.decide(
        PresentedSession(TokenSet(foreign.access(), foreign.identity(), None))
    ) == SignInRequired("token_claim")


def test_a_guard_passes_on_what_it_requires() -> None:
    mint = TokenMint()
    validator = validator_of(mint, required_groups=["administrators"])
    guard = authcore.session_guard(validator=validator)
    decision = guard.decide(PresentedSession(TokenSet(mint.access(), mint.identity(), None)))
    assert decision == SignInRequired("token_claim")


def test_a_guard_goes_on_with_sessions_by_the_refresher_it_is_given() -> None:
    # RF-01, RF-03
    clock = FrozenClock()
    mint = TokenMint(clock=clock)
    provider = InMemoryTokenRefresher(clock)
    provider.rotates = True
    begun = int(clock.now().timestamp())

    def issued(token: RefreshToken) -> TokenSet:
        access = mint.access(auth_time=begun)
        identity = mint.identity(auth_time=begun, at_hash=mint.at_hash(access))
        return TokenSet(access, identity, token)

    tokens = provider.sign_in(issued)
    guard = authcore.session_guard(validator=validator_of(mint, clock=clock), refresher=provider)
    clock.advance(timedelta(hours=1))

    first, second = guard.decide(PresentedSession(tokens)), guard.decide(PresentedSession(tokens))

    assert isinstance(first, Admitted)
    assert first.is_renewed
    assert second == first
    assert provider.sent == [tokens.refresh_token]


@pytest.mark.parametrize("has_revoker", [True, False])
def test_a_guard_revokes_what_it_got_for_a_session_that_ended_meanwhile(
    caplog: pytest.LogCaptureFixture, *, has_revoker: bool
) -> None:
    """RF-08: without a revoker the audit log says so."""
    caplog.set_level(logging.INFO, logger="authcore.audit")
    world = SessionWorld()
    tokens, got = world.sign_in(), []

    class Ending(InMemoryTokenRefresher):
        def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
            got.append(world.provider.refresh(tokens, username=username))
            world.revocations.revoke_session("sign-in-1", until=world.now + timedelta(days=1))
            return got[0]

    revoker = InMemoryTokenRevoker(world.provider)
    guard = authcore.session_guard(
        validator=world.validator,
        refresher=Ending(world.clock),
        revoker=revoker if has_revoker else None,
        revocations=world.revocations,
    )
    world.clock.advance(timedelta(hours=1))

    assert guard.decide(PresentedSession(tokens)) == SignInRequired(
        "session_revoked", has_ended=True
    )
    assert revoker.revoked == ([got[0].refresh_token] if has_revoker else [])
    [line] = [
        each.getMessage() for each in caplog.records if "session.successor" in each.getMessage()
    ]
    assert ("no revoker" in line) is not has_revoker


def test_a_guard_that_cannot_work_is_not_built() -> None:
    with pytest.raises(authcore.ConfigurationError) as error:
        authcore.session_guard(validator=None, lifetime=timedelta(0))  # type: ignore[arg-type]
    assert len(error.value.problems) >= 2


ODD: tuple[object, ...] = (None, "", 5, b"x", [], [None], ["a", 5], object(), "x" * 3000)
NAMED: dict[str, tuple[object, ...]] = {
    "user_pool_id": (*ODD, "pool", "eu_Ab12Cd34", "eu-west-1-Ab12Cd34"),
    "client_id": (*ODD, "a b", "  ", ["fine", ""], ["fine", "a b"]),
    "issuer": (*ODD[1:], "http://issuer.example", "https://issuer.example/?a"),
    "jwks_url": (*ODD[1:], "http://issuer.example"),
    "leeway": (*ODD, timedelta(seconds=-1), timedelta(seconds=61), 10),
    "jwks": (*ODD[1:], {}, {"keys": []}, {"keys": "x"}, '{"keys": []}'),
    "required_groups": (None, "administrators", 5, b"x", [None], ["a", 5], [""]),
    "required_scopes": (None, "openid email", 5, b"x", [None], ["a", 5], [""]),
    "clock": (5, "now", object()),
}
"""By parameter, values that cannot work."""
GUARD: dict[str, tuple[object, ...]] = {
    "validator": (None, 5, object()),
    "lifetime": (None, 3600, timedelta(0), timedelta(days=-1)),
    "refresher": (5, object()),
    "revoker": (5, object()),
    "legacy": (5, object()),
    "revocations": (5, object()),
    "counter": (5, object()),
}
BUILDERS: list[tuple[Any, dict[str, tuple[object, ...]]]] = [
    (authcore.token_validator, NAMED),
    (authcore.session_guard, GUARD),
]


def good(build: Any) -> dict[str, Any]:
    if build is authcore.session_guard:
        return {"validator": validator_of(TokenMint())}
    return {"user_pool_id": POOL, "client_id": "4f5u7n3k2q1z"}


@pytest.mark.parametrize(
    ("build", "name", "value"),
    [
        pytest.param(build, name, value, id=f"{build.__name__}-{name}-{str(value)[:20]}")
        for build, named in BUILDERS
        for name, values in named.items()
        for value in values
    ],
)
def test_whatever_cannot_work_is_a_configuration_error_that_names_it(
    build: Any, name: str, value: object
) -> None:
    with pytest.raises(authcore.ConfigurationError) as caught:
        build(**{**good(build), name: value})

    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(name)


@pytest.mark.parametrize(("build", "named"), BUILDERS, ids=["validator", "guard"])
def test_everything_that_cannot_work_is_named_at_once(
    build: Any, named: dict[str, tuple[object, ...]]
) -> None:
    with pytest.raises(authcore.ConfigurationError) as caught:
        build(**{**good(build), **{name: values[-1] for name, values in named.items()}})

    problems = caught.value.problems
    assert len(problems) == len(named)
    for name in named:
        assert sum(problem.split()[0].strip(":") == name for problem in problems) == 1


def test_the_region_is_read_from_the_pool_id() -> None:
    pool = "ap-southeast-2_Ab12Cd34E"
    mint = TokenMint(issuer=f"https://cognito-idp.ap-southeast-2.amazonaws.com/{pool}")
    validator = authcore.token_validator(
        user_pool_id=pool, client_id=mint.client_id, jwks=mint.jwks()
    )
    assert validator.verify_access_token(mint.access()).issuer == mint.issuer


def test_every_argument_is_given_by_name() -> None:
    for build in (authcore.token_validator, authcore.session_guard):
        kinds = {parameter.kind for parameter in inspect.signature(build).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}


def test_revocations_that_are_given_may_wait_and_are_asked_off_the_event_loop() -> None:
    mint = TokenMint()
    tokens = TokenSet(mint.access(), mint.identity(), None)
    revocations = InMemoryRevocationList(FrozenClock())
    for given, waits in ((None, False), (revocations, True)):
        guard = authcore.session_guard(validator=validator_of(mint), revocations=given)
        assert (guard.decide_from_cache(PresentedSession(tokens)) is None) is waits


@pytest.mark.parametrize(
    ("origins", "base", "count"),
    [
        (None, None, 1),
        (5, None, 1),
        ("https://one.example", None, 1),
        (b"https://one.example", None, 1),
        ([None, 5, b"https://one.example"], None, 3),
        ("https://one.example", "https://*.apps.example.com", 2),
        (["nonsense"], 5, 2),
        ([], "", 1),
        (itertools.repeat("https://one.example"), None, 1),
    ],
)
def test_an_allow_list_of_the_wrong_kind_is_a_configuration_error(
    origins: Any, base: Any, count: int
) -> None:
    with pytest.raises(authcore.ConfigurationError) as caught:
        authcore.redirect_allowlist(origins, base=base)

    assert len(caught.value.problems) == count


def secrets_of(**given: Any) -> Any:
    return authcore.client_secrets(user_pool_id=POOL, client_id="client", **given)


def test_client_secrets_are_given_or_read_again_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    clock = FrozenClock()
    read = secrets_of(file=str(path), clock=clock)

    assert [*secrets_of(secrets=["new", "old"]).active()] == ["new", "old"]
    assert [*read.active()] == ["old"]
    path.write_text("new,old")
    assert [*read.read_again(["old"])] == ["new"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"secrets": ["canary"], "file": "/canary"},
        {"secrets": ["canary two"]},
        {"secrets": ["canary"] * 2},
        {"file": "canary"},
        {"file": "/canary/does/not/exist"},
        {"arn": "canary"},
    ],
)
def test_client_secrets_that_cannot_be_are_refused_and_not_shown(given: dict[str, Any]) -> None:
    with pytest.raises(authcore.ConfigurationError) as error:
        secrets_of(**given)
    assert "canary" not in str(error.value)
