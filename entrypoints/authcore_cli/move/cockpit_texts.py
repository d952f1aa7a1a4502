"""The sentences that status and report share."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from authcore.domain.model.census import Census, PersonState
from authcore.domain.model.cost import MonthlyCost
from authcore.domain.model.forecast import Forecast
from authcore.domain.model.trends import Door


STATE_NAMES: Final[Mapping[PersonState, str]] = {
    "linked": "linked",
    "moved": "moved, not signed in since",
    "legacy_only": "old system only",
    "unreachable": "old system only, no verified address",
    "native": "new users, no old account",
    "one_sided": "disagreements",
}
"""In the order in which they are shown."""

DOOR_NAMES: Final[Mapping[Door, str]] = {
    "managed_login": "managed login",
    "own_page": "own page",
    "migration": "old password, moved",
    "password_reset": "forgotten password, moved",
    "password_check": "password check of a program",
}


def number(value: int) -> str:
    """Format *value* with thin spaces between thousands."""
    return f"{value:,}".replace(",", "\u202f")


def percent(part: int, whole: int) -> str:
    """Format a share; one that is not 0 never reads 0 %, nor one that is not all 100 %."""
    if whole == 0:
        return "0 %"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "under 0.1 %"
    return "over 99.9 %" if 99.9 < share < 100 else f"{share:.1f} %"


def progress_sentence(census: Census) -> str:
    """Say how far the move is."""
    moving = census.gone_over + census.waiting
    if moving == 0:
        return "No account waits, and none has moved."
    return (
        f"{percent(census.gone_over, moving)} of the accounts that can move have moved: "
        f"{number(census.gone_over)} of {number(moving)}."
    )


def accuracy_sentence(census: Census) -> str:
    """Say what the count is not."""
    began = f", read from {census.began_at:%H:%M}" if census.began_at else ""
    return (
        f"Counted {census.at:%Y-%m-%d %H:%M} UTC{began}: no snapshot. Users seen to "
        f"change meanwhile: {number(census.changed)}; about as many more may have changed unseen."
    )


def forecast_sentence(forecast: Forecast) -> str:
    """Say when the rest will have moved."""
    if forecast.verdict == "done":
        return "No user who is expected to move still waits."
    if forecast.verdict == "too_early":
        return (
            f"Too early for a forecast: it needs 21 days with users who moved, and has "
            f"{forecast.days}."
        )
    silent = _silent(forecast)
    if forecast.verdict == "standing_still" or forecast.expected is None:
        return f"Never at this rate.{silent}"
    latest = f"{forecast.latest:%Y-%m-%d}" if forecast.latest else "years later"
    return (
        f"{forecast.share * 100:.0f} % of the users who move by themselves will have moved on "
        f"{forecast.expected:%Y-%m-%d}, between {forecast.earliest:%Y-%m-%d} and {latest}, if "
        f"nothing changes.{silent}{_unexplained(forecast)}{_unwatched(forecast)}"
    )


def _silent(forecast: Forecast) -> str:
    if not forecast.silent:
        return ""
    return (
        f" {number(forecast.silent)} accounts have shown no life: import or invite them, or leave "
        "them behind."
    )


def _unexplained(forecast: Forecast) -> str:
    if not forecast.unexplained:
        return ""
    return (
        f" No habit explains {len(forecast.unexplained)} days, the first of them "
        f"{forecast.unexplained[0]:%Y-%m-%d}: name mails by --mail and holidays by --quiet, or "
        "do not trust this day."
    )


def _unwatched(forecast: Forecast) -> str:
    if forecast.watched:
        return ""
    return (
        " It is not known when moved users came again, so the day is less certain: the audit "
        "stream needs lines of account_linking.linked and session.refresh."
    )


def cost_sentence(cost: MonthlyCost) -> str:
    """Say what a month cost."""
    price = money(cost.price, cost.currency)
    tools = ""
    if cost.by_tools:
        part = money(cost.price_of_tools, cost.currency)
        tools = f", of them {number(cost.by_tools)} by authcore's own calls ({part})"
    return f"{cost.month:%Y-%m}: {number(cost.users)} active users{tools}: {price}"


def money(amount: Decimal, currency: str) -> str:
    """Format an amount."""
    return f"{amount:,.2f} {currency}".replace(",", "\u202f")
