"""What active users cost by a price list."""

from datetime import date
from decimal import Decimal

import pytest

from authcore.domain.model.cost import PriceList, PriceTier, tiers_problem
from authcore.domain.model.trends import ActiveUsers
from authcore.domain.services.moves.cost import monthly_costs
from authcore.settings.price import price_tiers


LIST = PriceList(tiers=price_tiers("100=0 300=0.5 0.25"), currency="EUR")


@pytest.mark.parametrize(
    ("users", "price"),
    [(0, "0"), (100, "0"), (101, "0.5"), (300, "100"), (301, "100.25"), (500, "150")],
)
def test_each_user_costs_the_price_of_its_step(users: int, price: str) -> None:
    assert LIST.price_of(users) == Decimal(price)


def test_one_price_for_all() -> None:
    assert PriceList(tiers=price_tiers("0.015"), currency="USD").price_of(200) == Decimal("3.000")


@pytest.mark.parametrize(
    "text", ["", "100=0", "0.1 0.2", "200=0 100=0.1 0.2", "100=0 100=1 2", "0=1 2", "x", "1=-1 2"]
)
def test_what_is_no_price_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|step"):
        price_tiers(text)


def test_a_list_has_twenty_steps_at_most() -> None:
    tiers = [PriceTier(number, Decimal(1)) for number in range(1, 21)]

    assert tiers_problem([*tiers, PriceTier(None, Decimal(1))]) is not None


def test_the_part_of_the_tools_is_what_would_be_saved_without_them() -> None:
    [cost] = monthly_costs([ActiveUsers(date(2026, 11, 1), 250, 100)], LIST)

    assert (cost.users, cost.price) == (350, Decimal("112.50"))
    assert cost.price_of_tools == Decimal("37.50")
