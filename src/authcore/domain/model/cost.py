"""What Cognito bills for active users, by a price list that an operator gives."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs


MAX_TIERS: Final = 20


@attrs.frozen
class PriceTier:
    """
    A step of a price list.

    Attributes:
        up_to: The last user of a month at this price; None for all further ones.
        price: Of each user of the step, a month.
    """

    up_to: int | None
    price: Decimal


@attrs.frozen(kw_only=True)
class PriceList:
    """
    Prices of active users.

    Attributes:
        tiers: By ``up_to``, the last one without; a free allotment is a first tier of price 0.
        currency: Code of ISO 4217.
    """

    tiers: tuple[PriceTier, ...]
    currency: str

    def price_of(self, users: int) -> Decimal:
        """Return what *users* active users of one month cost."""
        total, before = Decimal(0), 0
        for tier in self.tiers:
            end = users if tier.up_to is None else min(users, tier.up_to)
            total += max(end - before, 0) * tier.price
            before = max(before, end)
        return total


def tiers_problem(tiers: Sequence[PriceTier]) -> str | None:
    """Say what is wrong with *tiers*; None where they are a price list."""
    if not 1 <= len(tiers) <= MAX_TIERS:
        return f"must have 1 to {MAX_TIERS} steps"
    *limited, last = tiers
    ends = [tier.up_to for tier in limited]
    if last.up_to is not None or None in ends:
        return "only the last step has no end"
    numbers = [end for end in ends if end is not None]
    if numbers != sorted({*numbers}):
        return "the steps must rise"
    return None


@attrs.frozen
class MonthlyCost:
    """
    What one month cost.

    Attributes:
        month: Its first day.
        users: Active users, estimated from the audit stream.
        by_tools: Of these, those whom only authcore's own calls made active.
        price: Of all of them.
        price_of_tools: What would be saved without *by_tools*.
        currency: Code of ISO 4217.
    """

    month: date
    users: int
    by_tools: int
    price: Decimal
    price_of_tools: Decimal
    currency: str
