"""
Fixtures for pytest: ``pytest_plugins = ["authcore_local.fixtures"]`` in a ``conftest.py``.

Every fixture serves on free ports of 127.0.0.1 and ends with its test.  Override ``pool_file`` for
another pool.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import attrs
import pytest

from authcore.adapters.system import SystemClock
from authcore_local.addresses import Ports
from authcore_local.clock import MovableClock
from authcore_local.pool_file import EXAMPLE, PoolFile
from authcore_local.served_pool import ServedPool
from authcore_local.stack import LocalStack


PASSWORD: Final = "Local-user-1"


@attrs.frozen
class LocalUser:
    """
    A confirmed user.

    Attributes:
        username: To sign in with.
        password: To sign in with.
        subject: ``sub``.
    """

    username: str
    password: str = attrs.field(repr=False)
    subject: str


@pytest.fixture
def pool_file() -> PoolFile:
    """Return the pool of ``authcore-local --example``; override it for another one."""
    return PoolFile.parse(EXAMPLE)


@pytest.fixture
def local_clock() -> MovableClock:
    """Return the clock of the pool and the stack, which ``advance`` moves."""
    return MovableClock(SystemClock())


@pytest.fixture
def local_cognito(pool_file: PoolFile, local_clock: MovableClock) -> Iterator[ServedPool]:
    """Serve the pool of ``pool_file`` on free ports."""
    replica = None if pool_file.replica is None else 0
    free = attrs.evolve(pool_file, port=0, replica=replica)
    with ServedPool(free, clock=local_clock, fresh_keys=False) as pool:
        yield pool


@pytest.fixture
def local_user(local_cognito: ServedPool) -> LocalUser:
    """Create the user ``ada``, with a verified address."""
    attributes = {"email": "ada@example.com", "email_verified": "true", "name": "Ada"}
    user = local_cognito.create_user("ada", PASSWORD, attributes=attributes)
    return LocalUser(user.username, PASSWORD, user.subject)


@pytest.fixture
def local_environment(
    local_cognito: ServedPool, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """Set the variables that lead AWS clients and authcore to ``local_cognito``."""
    for name, value in local_cognito.environment.items():
        monkeypatch.setenv(name, value)
    return local_cognito.environment


@pytest.fixture
def local_stack(local_clock: MovableClock) -> Iterator[LocalStack]:
    """Serve CMS, auth service, local Cognito and legacy system on free ports."""
    with LocalStack(ports=Ports.free(), clock=local_clock) as stack:
        yield stack
