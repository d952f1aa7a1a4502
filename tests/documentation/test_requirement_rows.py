"""The page on security says what the tests prove, no more and no less."""

from pathlib import Path

import pytest

from documentation.requirement_rows import DEMANDS, proofs, rows_named, unproven


MADE_UP = '''
"""A module that speaks of {row}."""

ROWS = ["{row}"]  # {row}


# {row} is what the helper below is about
def helper():
    """{row}."""


@pytest.mark.parametrize("row", ["{row}", "# {row}"], ids="{row}")
def test_of_something_else(row):
    message = """
    # {row}
    """
    assert message == "{row}"
'''


def test_the_requirements_that_tests_prove_are_those_that_are_listed() -> None:
    assert sorted(proofs()) == sorted(DEMANDS)


def test_a_span_of_rows_names_each_of_them() -> None:
    assert rows_named("# TV-01 .. TV-03, KF-09") == {"TV-01", "TV-02", "TV-03", "KF-09"}


def made_up(root: Path, source: str, *, folder: str = "tests/unit") -> Path:
    path = root / folder / "test_made_up.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return root


@pytest.mark.parametrize("row", DEMANDS)
def test_each_row_goes_unproven_when_no_test_says_that_it_proves_it(
    tmp_path: Path, row: str
) -> None:
    """Neither a string, nor a helper, nor a test of this folder proves anything."""
    others = "\n".join(f"    # {other}" for other in DEMANDS if other != row)
    made_up(tmp_path, f"{MADE_UP.format(row=row)}\n\ndef test_all():\n{others}\n    assert True\n")
    made_up(tmp_path, f"def test_it():\n    assert True  # {row}\n", folder="tests/documentation")

    assert unproven(tmp_path) == [row]


@pytest.mark.parametrize(
    "source",
    [
        "# TV-06\ndef test_it():\n    assert True\n",
        "# TV-06\n@decorated\nasync def test_it():\n    assert True\n",
        "@decorated(\n    1,  # TV-06\n)\ndef test_it():\n    assert True\n",
        'def test_it():\n    """TV-06: a fact."""\n    assert True\n',
        "class TestIt:\n    def test_it(self):\n        assert True  # TV-06\n",
    ],
)
def test_a_comment_or_a_docstring_of_a_test_proves_a_row(tmp_path: Path, source: str) -> None:
    assert proofs(made_up(tmp_path, source)) == {"TV-06": ["tests/unit/test_made_up.py::test_it"]}


def test_a_contract_suite_proves_rows_too(tmp_path: Path) -> None:
    source = "class Contract:\n    def test_it(self):\n        assert True  # TV-06\n"

    made_up(tmp_path, source, folder="src/authcore/testing/contracts")

    assert list(proofs(tmp_path)) == ["TV-06"]
