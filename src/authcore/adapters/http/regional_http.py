"""Requests to one of two regions that serve the same pool."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

from authcore.adapters.http.http_client import HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.outside_calls import Partner
from authcore.adapters.region_turns import RegionTurns
from authcore.adapters.system import monotonic
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.system import Clock


FIRST_SERVER_ERROR: Final = 500


class RegionalHttpClient(HttpClient):
    """
    An HttpClient that sends a request to a second region where the first one cannot be reached.

    A request is sent to the other region only if nothing of it was sent: an authorization code or a
    rotated refresh token is spent by a request whose answer was lost, and sending it again would
    end the sign-in or the session.  A request whose outcome is unknown fails, and the next one goes
    to the other region; see RegionTurns.  The same holds after an answer from 500 on.

    Both regions share the time limit: half of it for the first, what is left for the second.
    """

    def __init__(
        self,
        *,
        within: timedelta,
        max_bytes: int,
        base_urls: tuple[ServiceUrl, ServiceUrl],
        clock: Clock,
        partner: Partner = "other",
    ) -> None:
        """
        Set the limits of every request, and its two places.

        Args:
            within: Total time of a request, both regions together.

            max_bytes: Maximum length of a body, in bytes.

            base_urls: Of the first and of the second region.

            clock: Measures how long a region rests.

            partner: The system that is called; each region's call counts.
        """
        super().__init__(within=within, max_bytes=max_bytes, partner=partner)
        self._total = within
        self._bases = base_urls
        self._turns = RegionTurns(clock)

    def request(
        self,
        method: Literal["GET", "POST", "PUT"],
        url: ServiceUrl | str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        within: timedelta | None = None,
    ) -> HttpAnswer:
        """See the base class; *url* begins with the first base URL."""
        total = self._total if within is None else min(within, self._total)
        due = monotonic() + total.total_seconds()
        path = url.removeprefix(self._bases[0])
        first, second = self._turns.order()
        limit = total / 2
        for region in (first, second):
            try:
                answer = super().request(
                    method,
                    f"{self._bases[region]}{path}",
                    headers=headers,
                    content=content,
                    within=limit,
                )
            except HttpFailedError as failure:
                self._turns.record(region, answered=False)
                if failure.sent or region == second:
                    raise
                limit = timedelta(seconds=max(0.0, due - monotonic()))
            else:
                self._turns.record(region, answered=answer.status < FIRST_SERVER_ERROR)
                return answer
        raise AssertionError("the second region answers or fails")
