"""What every ProvisionedLimits does."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.user_directory import ProvisionedLimits
from authcore.testing.contracts.suite import ContractSuite


class ProvisionedLimitsContract(ContractSuite):
    """Subclass it, and say which account."""

    @pytest.fixture
    @abstractmethod
    def limits(self) -> ProvisionedLimits:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def grant(self) -> Callable[[int], None]:
        """Returns a function that grants the account a rate of user updates."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the limit unreadable."""

    @pytest.mark.parametrize("rate", [1, 25, 40])
    def test_the_rate_of_user_updates_is_read(
        self, limits: ProvisionedLimits, grant: Callable[[int], None], rate: int
    ) -> None:
        grant(rate)

        assert limits.user_updates_per_second() == rate

    def test_an_outage_is_no_rate(
        self, limits: ProvisionedLimits, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            limits.user_updates_per_second()
