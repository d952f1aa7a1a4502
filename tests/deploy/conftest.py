"""The template, read once."""

import pytest

from deploy.stack import Value, read_template


@pytest.fixture(scope="session")
def template() -> dict[str, Value]:
    """deploy/template.yaml with its functions as mappings."""
    return read_template()
