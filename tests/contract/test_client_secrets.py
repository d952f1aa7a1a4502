"""The secrets of the app client: in memory, fixed, and read again."""

from collections.abc import Callable

import pytest

from authcore.adapters.client_secrets import FixedClientSecrets, RereadClientSecrets
from authcore.adapters.secrets.reread_secret import RereadSecret
from authcore.domain.errors import (
    ProviderMisconfiguredError,
    ProviderMisconfiguredNotReachedError,
    ProviderNotReachedError,
)
from authcore.testing.contracts.client_secrets import (
    NEW,
    OLD,
    ClientSecretsContract,
    Publish,
    RereadClientSecretsContract,
)
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.client_secrets import InMemoryClientSecrets
from authcore.testing.fakes.secrets import InMemorySecretSource
from authcore.testing.fakes.system import FrozenClock


class TestInMemoryClientSecrets(RereadClientSecretsContract):
    @pytest.fixture
    def secrets(self) -> InMemoryClientSecrets:
        return InMemoryClientSecrets(NEW, OLD)

    @pytest.fixture
    def publish(self, secrets: InMemoryClientSecrets) -> Publish:
        def replace(newest: str, older: str) -> None:
            secrets.published = (newest, older)

        return replace

    @pytest.fixture
    def outage(self, secrets: InMemoryClientSecrets) -> Callable[[], None]:
        def begin() -> None:
            secrets.available = False

        return begin


class TestFixedClientSecretsOfTwo(ClientSecretsContract):
    @pytest.fixture
    def secrets(self) -> FixedClientSecrets:
        return FixedClientSecrets((NEW, OLD))


class TestRereadClientSecrets(RereadClientSecretsContract):
    @pytest.fixture
    def source(self) -> InMemorySecretSource:
        return InMemorySecretSource(NEW, OLD)

    @pytest.fixture
    def secrets(self, source: InMemorySecretSource) -> RereadClientSecrets:
        secret = RereadSecret(
            lambda: tuple(source.read()),
            name="SIGN_IN_CLIENT_SECRET_ARN",
            clock=FrozenClock(),
            audit=InMemoryAuditLog(),
        )
        return RereadClientSecrets(secret)

    @pytest.fixture
    def publish(self, source: InMemorySecretSource) -> Publish:
        def replace(newest: str, older: str) -> None:
            source.texts = (newest, older)

        return replace

    @pytest.fixture
    def outage(self, source: InMemorySecretSource) -> Callable[[], None]:
        def begin() -> None:
            source.available = False

        return begin

    def test_refusals_cause_one_read_however_many_there_are(
        self, secrets: RereadClientSecrets, source: InMemorySecretSource
    ) -> None:
        secrets.active()
        for _ in range(100):
            secrets.read_again([NEW, OLD])

        assert source.reads == 2

    def test_without_a_secret_nothing_can_be_sent_and_the_cause_is_told(
        self, secrets: RereadClientSecrets, source: InMemorySecretSource, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderNotReachedError) as error:
            secrets.active()
        assert not isinstance(error.value, ProviderMisconfiguredError)
        assert error.value.detail == "SIGN_IN_CLIENT_SECRET_ARN connect refused"

    def test_without_a_permission_an_operator_must_act(
        self, secrets: RereadClientSecrets, source: InMemorySecretSource
    ) -> None:
        source.permitted = False

        with pytest.raises(ProviderMisconfiguredNotReachedError) as error:
            secrets.active()
        assert error.value.detail == "SIGN_IN_CLIENT_SECRET_ARN AccessDeniedException"
