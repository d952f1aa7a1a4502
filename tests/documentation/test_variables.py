"""The operating guide lists the settings there are."""

from documentation.variables import PAGE, page_with_table


def test_the_table_of_variables_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == page_with_table(page), "run `make tables`"
