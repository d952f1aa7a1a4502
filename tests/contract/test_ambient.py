"""Clocks and sources of chance."""

import pytest

from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.ports.ambient import Clock, Entropy
from authcore.testing.contracts.ambient import ClockContract, EntropyContract
from authcore.testing.fakes.ambient import FrozenClock, ScriptedEntropy


class TestFrozenClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock()


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestScriptedEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return ScriptedEntropy()


class TestSystemEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return SystemEntropy()
