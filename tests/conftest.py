"""Set-up shared by all tests."""

import pytest


pytest.register_assert_rewrite("authcore.testing.contracts")
