"""Refresh over the pool's API in one of two regions."""

from typing import Final

from authcore.adapters.region_turns import Region, RegionTurns
from authcore.domain.errors import (
    ClientMisconfiguredError,
    ProviderNotReachedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRefresher


NOT_DONE: Final = frozenset(
    {
        "OperationNotEnabledException",
        "connect certificate",
        "connect dns",
        "connect failed",
        "connect refused",
        "connect timeout",
    }
)
"""Details of failures after which the refresh token is certainly not spent."""

BUSY: Final = "TooManyRequestsException"


class RegionalTokenRefresher(TokenRefresher):
    """
    Refreshes in the second region where the first one did nothing.

    A refusal is a refusal, whichever region gives it, and so is that of the app client.  After a
    failure with an unknown outcome the token is sent again only where refresh tokens are not
    rotated.
    """

    def __init__(
        self, refreshers: tuple[TokenRefresher, TokenRefresher], clock: Clock, *, rotates: bool
    ) -> None:
        """
        Refresh with one of *refreshers*, of the first and the second region.

        Args:
            refreshers: Each with half of the time that one refresh may take.

            clock: Measures how long a region rests.

            rotates: Whether the pool may rotate refresh tokens, so that a lost answer spends one.
        """
        self._refreshers = refreshers
        self._turns = RegionTurns(clock)
        self._rotates = rotates

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """See the port."""
        first, second = self._turns.order()
        try:
            return self._refresh_in(first, tokens, username)
        except ClientMisconfiguredError:
            raise
        except ProviderUnavailableError as outage:
            if not self._may_repeat(outage):
                raise
        return self._refresh_in(second, tokens, username)

    def _refresh_in(self, region: Region, tokens: TokenSet, username: str | None) -> TokenSet:
        """Refresh in *region*, and record whether it gave an answer: a refusal is one."""
        answered = True
        try:
            return self._refreshers[region].refresh(tokens, username=username)
        except ClientMisconfiguredError:
            raise
        except ProviderUnavailableError as outage:
            answered = outage.detail == BUSY
            raise
        finally:
            self._turns.record(region, answered=answered)

    def _may_repeat(self, outage: ProviderUnavailableError) -> bool:
        not_done = isinstance(outage, ProviderNotReachedError) or outage.detail in NOT_DONE
        return not_done or not self._rotates
