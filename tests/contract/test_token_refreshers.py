"""Token refreshers: in memory, and Cognito's three ways, rotated and not."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from authcore.adapters.cognito.client import unsigned_cognito_client
from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoTokenRefresher
from authcore.adapters.cognito.token_refreshers import (
    CognitoApiTokenRefresher,
    CognitoAuthFlowTokenRefresher,
)
from authcore.adapters.http import HttpClient
from authcore.domain.errors import ClientMisconfiguredError, RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.contracts.token_endpoint import (
    Rotation,
    SignedInUser,
    SignInUser,
    TokenRefresherContract,
)
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from authcore_local.cognito import LocalCognito
from support.cognito_pools import PATIENCE, REGION, AppClient, OnLocalCognito, OnMoto, Pool


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class TestInMemoryTokenRefresher(TokenRefresherContract):
    @pytest.fixture(params=["off", "on"])
    def rotation(self, request: pytest.FixtureRequest) -> Rotation:
        rotation: Rotation = request.param
        return rotation

    @pytest.fixture
    def refresher(self, rotation: Rotation) -> InMemoryTokenRefresher:
        refresher = InMemoryTokenRefresher(FrozenClock())
        refresher.rotates = rotation == "on"
        return refresher

    @pytest.fixture
    def sign_in(self, refresher: InMemoryTokenRefresher) -> SignInUser:
        serial = iter(range(100))

        def tokens(refresh_token: RefreshToken) -> TokenSet:
            number = next(serial)
            return TokenSet(f"access-{number}", f"id-{number}", refresh_token)

        return lambda: SignedInUser(refresher.sign_in(tokens), "anna")

    @pytest.fixture
    def revoke(self, refresher: InMemoryTokenRefresher) -> Callable[[RefreshToken], None]:
        return refresher.forget

    @pytest.fixture
    def outage(self, refresher: InMemoryTokenRefresher) -> Callable[[], None]:
        def begin() -> None:
            refresher.available = False

        return begin


class _OnLocalCognito(OnLocalCognito, TokenRefresherContract):
    """Sessions that began over the API."""

    @pytest.fixture(params=["off", "on"])
    def rotation(self, request: pytest.FixtureRequest) -> Rotation:
        rotation: Rotation = request.param
        return rotation

    @pytest.fixture
    def options(self, rotation: Rotation) -> Mapping[str, Any]:
        return {"refresh_token_rotation": rotation == "on"}

    @pytest.fixture
    def sign_in(self, pool: Pool, app_client: AppClient) -> SignInUser:
        pool.with_password("anna")
        return lambda: SignedInUser(pool.sign_in("anna", app_client), "anna")

    @pytest.fixture
    def revoke(self, local: LocalCognito, app_client: AppClient) -> Callable[[RefreshToken], None]:
        return lambda token: local.sessions.revoke(token, app_client.id)

    def test_a_disabled_user_is_refused_and_so_are_their_tokens_later(
        self, refresher: TokenRefresher, user: SignedInUser, pool: Pool
    ) -> None:
        # RF-02
        for operation in (pool.client.admin_disable_user, pool.client.admin_enable_user):
            operation(UserPoolId=pool.id, Username="anna")
            with pytest.raises(RefreshTokenRejectedError):
                refresher.refresh(user.tokens, username=user.username)

    def test_a_session_without_a_refresh_token_is_over(
        self, refresher: TokenRefresher, user: SignedInUser
    ) -> None:
        tokens = TokenSet(user.tokens.access_token, user.tokens.id_token, None)

        with pytest.raises(RefreshTokenRejectedError):
            refresher.refresh(tokens, username=user.username)

    def test_a_rotated_client_secret_ends_no_session(
        self, refresher: TokenRefresher, user: SignedInUser, local: LocalCognito
    ) -> None:
        # RF-02
        local.rotate_client_secret()

        with pytest.raises(ClientMisconfiguredError):
            refresher.refresh(user.tokens, username=user.username)
        session = local.sessions.session_of(user.tokens.refresh_token or "", "contract")
        assert session.client_id == "contract"

    def test_a_token_that_was_rotated_away_is_refused(
        self, refresher: TokenRefresher, user: SignedInUser, rotation: Rotation
    ) -> None:
        # RF-01
        fresh = refresher.refresh(user.tokens, username=user.username)
        if rotation == "on":
            with pytest.raises(RefreshTokenRejectedError):
                refresher.refresh(user.tokens, username=user.username)

        assert refresher.refresh(fresh, username=user.username).access_token


class TestCognitoTokenRefresherOnLocalCognito(_OnLocalCognito):
    @pytest.fixture
    def refresher(self, url: ServiceUrl, app_client: AppClient) -> Iterator[CognitoTokenRefresher]:
        http = HttpClient(within=PATIENCE, max_bytes=MAX_ANSWER_BYTES)
        yield CognitoTokenRefresher(
            http=http,
            token_url=service_url(f"{url}/oauth2/token"),
            client_id=app_client.id,
            client_secret=app_client.secret,
        )
        http.close()


class TestCognitoApiTokenRefresherOnLocalCognito(_OnLocalCognito):
    @pytest.fixture
    def refresher(
        self, unsigned: "CognitoIdentityProviderClient", app_client: AppClient
    ) -> CognitoApiTokenRefresher:
        return CognitoApiTokenRefresher(
            client=unsigned, client_id=app_client.id, client_secret=app_client.secret
        )


class TestCognitoAuthFlowTokenRefresherOnLocalCognito(_OnLocalCognito):
    @pytest.fixture(params=["off"])
    def rotation(self, request: pytest.FixtureRequest) -> Rotation:
        """Cognito refuses the flow where tokens are rotated."""
        rotation: Rotation = request.param
        return rotation

    @pytest.fixture
    def refresher(
        self, unsigned: "CognitoIdentityProviderClient", app_client: AppClient
    ) -> CognitoAuthFlowTokenRefresher:
        return CognitoAuthFlowTokenRefresher(
            client=unsigned, client_id=app_client.id, client_secret=app_client.secret
        )

    @pytest.mark.parametrize("username", [None, "", "a b", "\ud800", "berta"])
    def test_a_session_whose_user_cannot_be_named_is_over(
        self, refresher: TokenRefresher, user: SignedInUser, username: str | None
    ) -> None:
        with pytest.raises(RefreshTokenRejectedError):
            refresher.refresh(user.tokens, username=username)


class TestCognitoAuthFlowTokenRefresherOnMoto(OnMoto, TokenRefresherContract):
    """
    GetTokensFromRefreshToken and the token endpoint are not in moto.  What it has of this flow
    honours disabled users and other clients, which only the local Cognito refuses.
    """

    @pytest.fixture
    def rotation(self) -> Rotation:
        return "off"

    @pytest.fixture
    def refresher(self, app_client: AppClient) -> CognitoAuthFlowTokenRefresher:
        return CognitoAuthFlowTokenRefresher(
            client=unsigned_cognito_client(region=REGION, within=PATIENCE),
            client_id=app_client.id,
            client_secret=app_client.secret,
        )

    @pytest.fixture
    def sign_in(self, pool: Pool, app_client: AppClient) -> SignInUser:
        pool.with_password("anna")
        return lambda: SignedInUser(pool.sign_in("anna", app_client), "anna")

    @pytest.fixture
    def revoke(self, pool: Pool) -> Callable[[RefreshToken], None]:
        """Ends all sessions: moto has no RevokeToken."""

        def end_all(_: RefreshToken) -> None:
            pool.client.admin_user_global_sign_out(UserPoolId=pool.id, Username="anna")

        return end_all

    @pytest.mark.xfail(reason="moto has no RevokeToken, and a global sign-out ends both")
    def test_sessions_are_refreshed_apart(
        self, refresher: TokenRefresher, sign_in: SignInUser, revoke: Callable[[RefreshToken], None]
    ) -> None:
        super().test_sessions_are_refreshed_apart(refresher, sign_in, revoke)
