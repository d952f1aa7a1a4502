"""What no test is about: done lightly, once for all tests, or with ample time."""

from collections.abc import Iterator
from functools import cache
from typing import Final

import botocore.loaders
import botocore.session
import pytest

from authcore.adapters.jwks import fetcher, key_cache
from support.gate import AMPLE


HASHING: Final = ("authcore_local.legacy.password_hashing",)
LIGHTEST: Final = 2
"""The least that scrypt takes for its N."""


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """The legacy system hashes passwords at once, without what makes hashes hard to guess."""
    with pytest.MonkeyPatch.context() as patch:
        for module in HASHING:
            patch.setattr(f"{module}.COST", LIGHTEST)
        yield


@pytest.fixture(scope="session", autouse=True)
def ample_time_for_keys() -> Iterator[None]:
    """An issuer's keys may take as long as they like, but where a test is about their deadline."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (key_cache, fetcher):
            patch.setattr(module, "FETCH_DEADLINE", AMPLE)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """AWS clients share what they read, some megabytes of JSON each, as in one session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.loaders.create_loader))
        yield
