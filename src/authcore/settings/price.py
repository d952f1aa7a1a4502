"""``AUTHCORE_PRICE_*``: what Cognito bills for active users."""

import re
from decimal import Decimal
from typing import ClassVar, Final

import attrs

from authcore.domain.model.cost import PriceList, PriceTier, tiers_problem
from authcore.settings.parsers import matching, words
from authcore.settings.reader import Check, setting


_STEP: Final = re.compile(r"(?:([1-9][0-9]{0,9})=)?([0-9]{1,4}(?:\.[0-9]{1,8})?)", re.ASCII)


def price_tiers(text: str) -> tuple[PriceTier, ...]:
    """Parse steps of last user and price, like ``10000=0 50000=0.02``, and a last price."""
    found = [_STEP.fullmatch(word) for word in words(text)]
    if None in found:
        raise ValueError("must be steps like 10000=0 50000=0.02, and a last price without an end")
    tiers = tuple(
        PriceTier(int(each[1]) if each[1] else None, Decimal(each[2])) for each in found if each
    )
    if problem := tiers_problem(tiers):
        raise ValueError(problem)
    return tiers


def _is_half(tiers: tuple[PriceTier, ...] | None, currency: str | None) -> str | None:
    if (tiers is None) == (currency is None):
        return None
    return "AUTHCORE_PRICE_TIERS and AUTHCORE_PRICE_CURRENCY go together: only one of them is set"


@attrs.frozen(kw_only=True, eq=False)
class PriceSettings:
    """The price list of the pool's feature plan and region."""

    CHECKS: ClassVar = (Check(("tiers", "currency"), _is_half),)

    tiers: tuple[PriceTier, ...] | None = setting(
        price_tiers,
        "list of last=price steps, and a last price",
        "price of an active user a month by number of users, from Amazon's price list of your "
        "feature plan and region, e.g. 10000=0 50000=0.02 0.01 (invented prices); none by "
        "default, and no cost is shown",
        default=None,
    )
    currency: str | None = setting(
        matching(r"[A-Z]{3}", "must be a code of ISO 4217, e.g. USD"),
        "code of ISO 4217",
        "currency of the prices",
        default=None,
    )

    @property
    def prices(self) -> PriceList | None:
        """As the domain's price list; None without one."""
        if self.tiers is None or self.currency is None:
            return None
        return PriceList(tiers=self.tiers, currency=self.currency)
