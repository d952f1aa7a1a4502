"""
What Cognito allows, as the simulation uses it.  Each number has one place; this is not it.

Request rates are those that the local Cognito reports and enforces.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from authcore_local.cognito.idp_api.request_rates import DEFAULT_RATES


RATES: Final[Mapping[str, int]] = DEFAULT_RATES
"""Requests per second and category, of an account in a region."""

ROWS_PER_JOB: Final = 500_000
"""Rows of one import file; one job runs at a time.  See: Amazon Cognito "Importing users"."""

BUSY: Final = timedelta(hours=8)
PEAK_TO_AVERAGE: Final = 3
"""
The day in Amazon's own example: sign-ins fall into 8 hours, the busiest second has three times the
average.  See: Amazon Cognito "Quotas", "Identify quota requirements".
"""


def per_hour(category: str, calls: int = 1) -> int:
    """Return how many users an hour the rate of *category* serves, at *calls* for each."""
    return RATES[category] * 3600 // calls
