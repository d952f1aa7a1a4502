"""What every MachineTokenIssuer does."""

from abc import abstractmethod
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Final

import pytest

from authcore.domain.errors import (
    ClientMisconfiguredError,
    ProviderUnavailableError,
    ScopeRejectedError,
)
from authcore.domain.model.machine_tokens import MAX_SCOPE_LENGTH, MAX_SCOPES
from authcore.ports.token_endpoint import MachineTokenIssuer
from authcore.testing.contracts.suite import ContractSuite


SCOPES: Final = ("canary-orders/read", "canary-orders/write")
"""All that the app client has."""

WRONG_SCOPES: Final = (
    ("canary-orders/delete",),
    ("canary-orders/read", "canary-others"),
    ("canary-orders/read canary-orders/write",),
    ("",),
    ('canary"',),
    ("canary\n",),
    ("canary-é",),
    ("canary-" + "a" * MAX_SCOPE_LENGTH,),
    tuple(f"canary-{number}" for number in range(MAX_SCOPES + 1)),
)


class MachineTokenIssuerContract(ContractSuite):
    """Subclass it, and say which token endpoint, at which an app client has SCOPES."""

    @pytest.fixture
    @abstractmethod
    def issuer(self) -> MachineTokenIssuer:
        """Returns the issuer under test."""

    @pytest.fixture
    @abstractmethod
    def wrong_secret(self) -> MachineTokenIssuer:
        """Returns an issuer for the same app client with another secret."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the provider unavailable."""

    @pytest.mark.parametrize("scopes", [(), SCOPES[:1], SCOPES], ids=["none", "one", "all"])
    def test_an_app_client_gets_a_token_that_lives(
        self, issuer: MachineTokenIssuer, scopes: Collection[str]
    ) -> None:
        token = issuer.issue(scopes)

        assert token.access_token
        assert timedelta(0) < token.lifetime <= timedelta(days=1)

    def test_every_request_gives_another_token(self, issuer: MachineTokenIssuer) -> None:
        assert issuer.issue(SCOPES).access_token != issuer.issue(SCOPES).access_token

    @pytest.mark.parametrize("scopes", WRONG_SCOPES, ids=lambda scopes: ascii(scopes[0][:24]))
    def test_a_scope_that_the_client_has_not_is_a_refusal(
        self, issuer: MachineTokenIssuer, scopes: Collection[str]
    ) -> None:
        with pytest.raises(ScopeRejectedError) as refused:
            issuer.issue(scopes)
        assert "canary" not in repr(refused.value) + str(refused.value)

    def test_a_refused_client_needs_an_operator(self, wrong_secret: MachineTokenIssuer) -> None:
        with pytest.raises(ClientMisconfiguredError):
            wrong_secret.issue(SCOPES)

    def test_an_outage_is_not_a_refusal(
        self, issuer: MachineTokenIssuer, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            issuer.issue(SCOPES)

    def test_a_token_is_not_in_its_repr(self, issuer: MachineTokenIssuer) -> None:
        # SP-11
        token = issuer.issue(SCOPES)
        assert token.access_token not in repr(token)
