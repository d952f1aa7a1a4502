"""Request rates: in memory, and from the local Cognito.  moto knows none."""

from collections.abc import Callable

import pytest

from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.testing.contracts.provisioned_limits import ProvisionedLimitsContract
from authcore.testing.fakes.user_directory import InMemoryProvisionedLimits
from authcore_local.cognito import LocalCognito
from support.cognito_pools import OnLocalCognito, Pool


class TestInMemoryProvisionedLimits(ProvisionedLimitsContract):
    @pytest.fixture
    def limits(self) -> InMemoryProvisionedLimits:
        return InMemoryProvisionedLimits()

    @pytest.fixture
    def grant(self, limits: InMemoryProvisionedLimits) -> Callable[[int], None]:
        def set_rate(rate: int) -> None:
            limits.rate = rate

        return set_rate

    @pytest.fixture
    def outage(self, limits: InMemoryProvisionedLimits) -> Callable[[], None]:
        def begin() -> None:
            limits.rate = None

        return begin


class TestCognitoProvisionedLimits(OnLocalCognito, ProvisionedLimitsContract):
    @pytest.fixture
    def limits(self, pool: Pool) -> CognitoProvisionedLimits:
        return CognitoProvisionedLimits(client=pool.client)

    @pytest.fixture
    def grant(self, local: LocalCognito) -> Callable[[int], None]:
        return lambda rate: local.rates.throttle("UserUpdate", rate)
