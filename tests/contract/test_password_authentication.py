"""Password sign-ins: in memory, and Cognito's API on the local Cognito, by each flow."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import NewPassword, PasswordFlow
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.testing.contracts.password_authentication import (
    Enrol,
    PasswordAuthenticatorContract,
)
from authcore.testing.fakes.password_authentication import InMemoryPasswordAuthenticator, Step
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.cognito_pools import AppClient, OnLocalCognito, Pool


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class TestInMemoryPasswordAuthenticator(PasswordAuthenticatorContract):
    @pytest.fixture(params=["USER_PASSWORD_AUTH", "USER_SRP_AUTH"])
    def flow(self, request: pytest.FixtureRequest) -> PasswordFlow:
        flow: PasswordFlow = request.param
        return flow

    @pytest.fixture
    def authenticator(self) -> InMemoryPasswordAuthenticator:
        return InMemoryPasswordAuthenticator(
            lambda name: TokenSet(f"access-{name}", f"id-{name}", RefreshToken(f"refresh-{name}"))
        )

    @pytest.fixture
    def enrol(self, authenticator: InMemoryPasswordAuthenticator) -> Enrol:
        return lambda user: authenticator.enrol(user.username, user.password)

    @pytest.fixture
    def enrol_with_temporary_password(self, authenticator: InMemoryPasswordAuthenticator) -> Enrol:
        steps = [Step("NEW_PASSWORD_REQUIRED", NewPassword(""))]
        return lambda user: authenticator.enrol(user.username, user.password, steps=steps)

    @pytest.fixture
    def disable(self, authenticator: InMemoryPasswordAuthenticator) -> Callable[[str], None]:
        return authenticator.refuse

    @pytest.fixture
    def outage(self, authenticator: InMemoryPasswordAuthenticator) -> Callable[[], None]:
        def begin() -> None:
            authenticator.available = False

        return begin


class TestCognitoPasswordAuthenticatorOnLocalCognito(OnLocalCognito, PasswordAuthenticatorContract):
    @pytest.fixture(params=["ADMIN_USER_PASSWORD_AUTH", "USER_SRP_AUTH", "USER_AUTH"])
    def flow(self, request: pytest.FixtureRequest) -> PasswordFlow:
        flow: PasswordFlow = request.param
        return flow

    @pytest.fixture
    def authenticator(
        self,
        client: "CognitoIdentityProviderClient",
        unsigned: "CognitoIdentityProviderClient",
        pool: Pool,
        app_client: AppClient,
    ) -> CognitoPasswordAuthenticator:
        return CognitoPasswordAuthenticator(
            client=unsigned,
            user_pool_id=pool.id,
            client_id=app_client.id,
            client_secret=app_client.secret,
            clock=FrozenClock(),
            entropy=ScriptedEntropy(),
            admin=client,
        )

    @pytest.fixture
    def enrol(self, pool: Pool, enrol_with_temporary_password: Enrol) -> Enrol:
        def create(user: Credentials) -> None:
            enrol_with_temporary_password(user)
            pool.client.admin_set_user_password(
                UserPoolId=pool.id,
                Username=user.username,
                Password=user.password,
                Permanent=True,
            )

        return create

    @pytest.fixture
    def enrol_with_temporary_password(self, pool: Pool) -> Enrol:
        def create(user: Credentials) -> None:
            pool.client.admin_create_user(
                UserPoolId=pool.id,
                Username=user.username,
                TemporaryPassword=user.password,
                MessageAction="SUPPRESS",
            )

        return create
