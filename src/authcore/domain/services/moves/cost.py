"""Estimates what Cognito bills, month by month."""

from collections.abc import Iterable

from authcore.domain.model.cost import MonthlyCost, PriceList
from authcore.domain.model.trends import ActiveUsers


def monthly_costs(active: Iterable[ActiveUsers], prices: PriceList) -> tuple[MonthlyCost, ...]:
    """
    Price the active users of each month.

    Args:
        active: By month.

        prices: Of one pool.  A free allotment that several pools of an account share is counted for
            this one alone.
    """
    return tuple(_cost(month, prices) for month in active)


def _cost(month: ActiveUsers, prices: PriceList) -> MonthlyCost:
    users = month.by_themselves + month.by_tools
    price = prices.price_of(users)
    return MonthlyCost(
        month=month.month,
        users=users,
        by_tools=month.by_tools,
        price=price,
        price_of_tools=price - prices.price_of(month.by_themselves),
        currency=prices.currency,
    )
