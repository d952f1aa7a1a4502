"""Request rates: in memory, and from the local Cognito.  moto knows none."""

from collections.abc import Callable

import pytest

from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.ports.user_directory import RateCategory
from authcore.testing.contracts.provisioned_limits import ProvisionedLimitsContract
from authcore.testing.fakes.user_directory import InMemoryProvisionedLimits
from authcore_local.cognito import LocalCognito
from support.cognito_pools import OnLocalCognito, Pool


class TestInMemoryProvisionedLimits(ProvisionedLimitsContract):
    @pytest.fixture
    def limits(self) -> InMemoryProvisionedLimits:
        return InMemoryProvisionedLimits()

    @pytest.fixture
    def grant(self, limits: InMemoryProvisionedLimits) -> Callable[[RateCategory, int], None]:
        def set_rate(category: RateCategory, rate: int) -> None:
            limits.rates[category] = rate

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
    def grant(self, local: LocalCognito) -> Callable[[RateCategory, int], None]:
        return local.rates.throttle
