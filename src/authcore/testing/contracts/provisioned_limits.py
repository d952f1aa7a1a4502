"""What every ProvisionedLimits does."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.user_directory import ProvisionedLimits, RateCategory
from authcore.testing.contracts.suite import ContractSuite


class ProvisionedLimitsContract(ContractSuite):
    """Subclass it, and say which account."""

    @pytest.fixture
    @abstractmethod
    def limits(self) -> ProvisionedLimits:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def grant(self) -> Callable[[RateCategory, int], None]:
        """Returns a function that grants the account a rate of a category."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the limit unreadable."""

    @pytest.mark.parametrize("rate", [1, 25, 40])
    def test_the_rate_of_a_category_is_read(
        self, limits: ProvisionedLimits, grant: Callable[[RateCategory, int], None], rate: int
    ) -> None:
        grant("UserUpdate", rate)
        grant("UserCreation", rate + 1)

        assert limits.per_second("UserUpdate") == rate
        assert limits.per_second("UserCreation") == rate + 1

    def test_an_outage_is_no_rate(
        self, limits: ProvisionedLimits, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            limits.per_second("UserUpdate")
