"""The guide for the legacy team lists the checks there are."""

from documentation.legacy_checks import PAGE, page_with_table


def test_the_table_of_checks_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == page_with_table(page), "run `make tables`"
