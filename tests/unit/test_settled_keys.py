"""A key ring that changes while processes seal and unseal."""

from datetime import timedelta

from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.adapters.secrets.settled_keys import SETTLES_AFTER, SettledKeys
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


OLD, NEW, OTHER = bytes(range(32)), b"n" * 32, b"o" * 32
HOUR = timedelta(hours=1)


class Process:
    """A process that seals and unseals with the ring that it read last."""

    def __init__(self, clock: FrozenClock, *keys: bytes) -> None:
        self.keys = keys
        self.clock = clock
        self.settled = SettledKeys(lambda: self.keys, clock)
        self.envelope = Envelope(
            "session", ring=KeyRing(self.settled), clock=clock, entropy=ScriptedEntropy()
        )

    def seal(self) -> str:
        return self.envelope.seal(["canary"], expires_at=self.clock.now() + HOUR)

    def opens(self, text: str) -> bool:
        return self.envelope.unseal(text) is not None


def test_a_new_first_key_unseals_at_once_and_seals_when_the_others_know_it() -> None:
    # CK-10
    clock = FrozenClock()
    early, late = Process(clock, OLD), Process(clock, OLD)
    early.keys = (NEW, OLD)
    assert late.opens(early.seal())

    clock.advance(SETTLES_AFTER)
    late.keys = (NEW, OLD)
    sealed = early.seal()
    assert late.opens(sealed)
    assert not Process(clock, OLD).opens(sealed)


def test_what_the_former_ring_sealed_is_opened_before_and_after() -> None:
    # CK-10
    clock = FrozenClock()
    process = Process(clock, OLD)
    sealed = process.seal()
    process.keys = (NEW, OLD)
    assert process.opens(sealed)
    clock.advance(SETTLES_AFTER)
    assert process.opens(sealed)


def test_a_key_that_was_taken_away_opens_nothing_any_more() -> None:
    # CK-10: a key that became known to others must stop at once, also as the one that seals.
    process = Process(FrozenClock(), OLD)
    sealed = process.seal()
    process.keys = (NEW,)

    assert not process.opens(sealed)
    assert process.opens(process.seal())
    assert process.settled() == (NEW,)


def test_a_second_change_before_the_first_has_settled_keeps_the_sealing_key() -> None:
    clock = FrozenClock()
    process = Process(clock, OLD)
    process.keys = (NEW, OLD)
    process.settled()
    clock.advance(SETTLES_AFTER / 2)
    process.keys = (OTHER, NEW, OLD)

    assert process.settled()[0] == OLD
    clock.advance(SETTLES_AFTER)
    assert process.settled() == (OTHER, NEW, OLD)


def test_a_process_that_starts_seals_with_the_first_key() -> None:
    assert SettledKeys(lambda: (NEW, OLD), FrozenClock())() == (NEW, OLD)


def test_the_keys_are_the_same_object_until_they_change() -> None:
    process = Process(FrozenClock(), OLD)
    process.keys = (NEW, OLD)

    assert process.settled() is process.settled()
