"""Whatever a file says, the local Cognito has a pool of it, or an error that names no value."""

from hypothesis import example, given
from hypothesis import strategies as st

from authcore_local.pool_file import EXAMPLE, PoolFile, PoolFileError
from support.gate import examples


LINES = EXAMPLE.splitlines()
CANARY = "canary-0123456789"


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """The example with one line replaced by something else, deleted, or repeated."""
    place = draw(st.integers(0, len(LINES) - 1))
    key = LINES[place].partition(":")[0]
    odd = draw(st.sampled_from(["", "[]", "{}", "*x", "&x [*x]", "- -", "!!int x", "0x10", "\t"]))
    line = draw(st.sampled_from(["", f"{key}: {odd}", f"{key}: {CANARY}", LINES[place - 1], odd]))
    return "\n".join([*LINES[:place], line, *LINES[place + 1 :]])


def problem_of(text: str) -> str | None:
    try:
        PoolFile.parse(text, "pool.yaml")
    except PoolFileError as error:
        return str(error)
    return None


@examples(60)
@given(st.one_of(spoilt(), st.text(max_size=40)))
@example("[" * 700)
@example("pool: &p {custom_attributes: *p}")
@example("users: &u [*u]")
@example("? [a, b]\n: c")
def test_any_file_is_a_pool_or_an_error_that_names_no_value(text: str) -> None:
    problem = problem_of(text)
    assert problem is None or (problem.startswith("pool.yaml") and CANARY not in problem)
