"""The page on security says what the tests prove, no more and no less."""

from documentation.requirement_rows import DEMANDS, PAGE, page_with_table, proofs, rows_named


def test_the_table_of_requirements_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == page_with_table(page), "run `make docs`"


def test_every_listed_requirement_is_proven_by_a_test() -> None:
    assert sorted(set(DEMANDS) - set(proofs())) == []


def test_every_requirement_that_a_test_names_is_listed() -> None:
    assert sorted(set(proofs()) - set(DEMANDS)) == []


def test_a_span_of_rows_names_each_of_them() -> None:
    assert rows_named("# TV-01 .. TV-03, KF-09") == {"TV-01", "TV-02", "TV-03", "KF-09"}
