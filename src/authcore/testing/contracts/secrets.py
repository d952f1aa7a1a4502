"""What every SecretSource does."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.ports.secrets import SecretSource
from authcore.testing.contracts.suite import ContractSuite


TEXT = "canary-secret-text +/=é"


class SecretSourceContract(ContractSuite):
    """Subclass it, and say where the secret is."""

    @pytest.fixture
    @abstractmethod
    def source(self) -> SecretSource:
        """Returns the source under test, which holds TEXT."""

    @pytest.fixture
    @abstractmethod
    def replace(self) -> Callable[[str], None]:
        """Returns a function that replaces the secret."""

    @pytest.fixture
    @abstractmethod
    def forbid(self) -> Callable[[], None]:
        """Returns a function that makes the secret unreadable until an operator acts."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the source unavailable."""

    def test_the_text_arrives_as_it_is(self, source: SecretSource) -> None:
        assert source.read()[0] == TEXT

    def test_a_new_text_is_read_the_next_time(
        self, source: SecretSource, replace: Callable[[str], None]
    ) -> None:
        source.read()
        replace("another text")

        assert source.read()[0] == "another text"

    def test_what_an_operator_must_repair_is_told_apart(
        self, source: SecretSource, forbid: Callable[[], None]
    ) -> None:
        forbid()

        with pytest.raises(SecretMisconfiguredError) as error:
            source.read()
        assert error.value.detail

    def test_an_outage_is_no_operators_fault(
        self, source: SecretSource, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(SecretUnavailableError) as error:
            source.read()
        assert not isinstance(error.value, SecretMisconfiguredError)

    def test_the_text_shows_nowhere(self, source: SecretSource, forbid: Callable[[], None]) -> None:
        # SP-11
        source.read()
        forbid()
        with pytest.raises(SecretMisconfiguredError) as error:
            source.read()

        assert "canary" not in repr(source) + str(error.value) + repr(error.value)
