"""Token revokers: in memory, and Cognito's revoke endpoint."""

from collections.abc import Callable, Iterator

import pytest

from authcore.adapters.cognito.token_endpoint import MAX_ANSWER_BYTES, CognitoTokenRevoker
from authcore.adapters.http import HttpClient
from authcore.domain.errors import RefreshTokenRejectedError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.ports.token_endpoint import TokenRevoker
from authcore.testing.contracts.token_endpoint import SignedInUser, SignInUser, TokenRevokerContract
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from authcore_local.cognito import LocalCognito
from support.cognito_pools import PATIENCE, AppClient, OnLocalCognito, Pool


class TestInMemoryTokenRevoker(TokenRevokerContract):
    @pytest.fixture
    def refresher(self) -> InMemoryTokenRefresher:
        return InMemoryTokenRefresher(FrozenClock())

    @pytest.fixture
    def revoker(self, refresher: InMemoryTokenRefresher) -> InMemoryTokenRevoker:
        return InMemoryTokenRevoker(refresher)

    @pytest.fixture
    def sign_in(self, refresher: InMemoryTokenRefresher) -> SignInUser:
        return lambda: SignedInUser(
            refresher.sign_in(lambda token: TokenSet("access", "id", token)), "anna"
        )

    @pytest.fixture
    def is_honoured(self, refresher: InMemoryTokenRefresher) -> Callable[[SignedInUser], bool]:
        def ask(user: SignedInUser) -> bool:
            try:
                refresher.refresh(user.tokens, username=user.username)
            except RefreshTokenRejectedError:
                return False
            return True

        return ask

    @pytest.fixture
    def outage(self, revoker: InMemoryTokenRevoker) -> Callable[[], None]:
        def begin() -> None:
            revoker.available = False

        return begin


class TestCognitoTokenRevokerOnLocalCognito(OnLocalCognito, TokenRevokerContract):
    @pytest.fixture
    def revoker(
        self, url: ServiceUrl, local: LocalCognito, app_client: AppClient
    ) -> Iterator[CognitoTokenRevoker]:
        http = HttpClient(within=PATIENCE, max_bytes=MAX_ANSWER_BYTES)
        yield CognitoTokenRevoker(
            http=http,
            revoke_url=service_url(f"{url}/oauth2/revoke"),
            client_id=app_client.id,
            client_secret=app_client.secret,
        )
        http.close()

    @pytest.fixture
    def sign_in(self, pool: Pool, app_client: AppClient) -> SignInUser:
        pool.with_password("anna")
        return lambda: SignedInUser(pool.sign_in("anna", app_client), "anna")

    @pytest.fixture
    def is_honoured(self, pool: Pool, app_client: AppClient) -> Callable[[SignedInUser], bool]:
        return lambda user: pool.honours(user.tokens.refresh_token or "", user.username, app_client)

    def test_what_is_no_refresh_token_was_worth_nothing_anyway(
        self,
        revoker: TokenRevoker,
        sign_in: SignInUser,
        is_honoured: Callable[[SignedInUser], bool],
    ) -> None:
        user = sign_in()
        revoker.revoke(RefreshToken(user.tokens.access_token))

        assert is_honoured(user)
