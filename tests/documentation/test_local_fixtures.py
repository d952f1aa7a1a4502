"""The fixtures of ``authcore_local.fixtures``, used as docs/local-cognito.md says."""

import re
from pathlib import Path

import pytest


pytest_plugins = ("pytester",)

PAGE = Path(__file__).parents[2] / "docs" / "local-cognito.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
QUICKLY = [f"-pno:{plugin}" for plugin in ("cacheprovider", "schemathesis", "xdist", "pytest_cov")]


CHOSEN = """
import pytest
from authcore_local.pool_file import PoolFile

@pytest.fixture
def pool_file():
    return PoolFile.parse("client: {id: mine}")

def test_a_project_chooses_its_pool(local_cognito):
    assert local_cognito.config.client_id == "mine"
    assert local_cognito.config.is_public
"""


def test_the_tests_of_the_page_pass_in_a_project_of_their_own(pytester: pytest.Pytester) -> None:
    plugin = next(block for block in BLOCKS if "pytest_plugins" in block)
    tests = next(block for block in BLOCKS if "def test_" in block)
    pytester.makeconftest(plugin)
    pytester.makepyfile(test_page=tests, test_chosen=CHOSEN)

    pytester.runpytest_inprocess(*QUICKLY).assert_outcomes(passed=4)
