"""Sessions of pool users: in memory, and Cognito's admin API on moto and the local Cognito."""

from collections.abc import Callable

import pytest

from authcore.adapters.cognito.user_sessions import CognitoUserSessions
from authcore.testing.contracts.user_directory import UserSessionsContract
from authcore.testing.fakes.user_directory import InMemoryUserDirectory, InMemoryUserSessions
from support.cognito_pools import AppClient, OnLocalCognito, OnMoto, Pool


class TestInMemoryUserSessions(UserSessionsContract):
    @pytest.fixture
    def directory(self) -> InMemoryUserDirectory:
        return InMemoryUserDirectory()

    @pytest.fixture
    def sessions(self, directory: InMemoryUserDirectory) -> InMemoryUserSessions:
        return InMemoryUserSessions(directory)

    @pytest.fixture
    def sign_in(
        self, directory: InMemoryUserDirectory, sessions: InMemoryUserSessions
    ) -> Callable[[str], str]:
        def begin(username: str) -> str:
            if directory.find(username) is None:
                directory.add(username)
            return sessions.begin(username)

        return begin

    @pytest.fixture
    def is_honoured(self, sessions: InMemoryUserSessions) -> Callable[[str], bool]:
        return lambda session: session in sessions.open

    @pytest.fixture
    def outage(self, directory: InMemoryUserDirectory) -> Callable[[], None]:
        def begin() -> None:
            directory.unavailable = True

        return begin


class _OnCognito(UserSessionsContract):
    """Sessions are called by their users and refresh tokens."""

    @pytest.fixture
    def sessions(self, pool: Pool) -> CognitoUserSessions:
        return CognitoUserSessions(client=pool.client, user_pool_id=pool.id)

    @pytest.fixture
    def sign_in(self, pool: Pool, app_client: AppClient) -> Callable[[str], str]:
        def begin(username: str) -> str:
            pool.with_password(username)
            return f"{username} {pool.sign_in(username, app_client).refresh_token}"

        return begin

    @pytest.fixture
    def is_honoured(self, pool: Pool, app_client: AppClient) -> Callable[[str], bool]:
        def ask(session: str) -> bool:
            username, _, refresh_token = session.partition(" ")
            return pool.honours(refresh_token, username, app_client)

        return ask


class TestCognitoUserSessionsOnMoto(OnMoto, _OnCognito):
    """moto ends sessions as Amazon does."""


class TestCognitoUserSessionsOnLocalCognito(OnLocalCognito, _OnCognito):
    """Over a real socket."""
