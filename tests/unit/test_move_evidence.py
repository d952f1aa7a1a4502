"""Evidence is collected part by part; a source without an answer spoils no other."""

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import (
    ConfigurationError,
    LegacyUnavailableError,
    ProviderMisconfiguredError,
)
from authcore.domain.model.readiness import MoveSetup
from authcore.domain.services.moves.gathering import (
    EvidenceReader,
    EvidenceSources,
    count_findings,
)
from authcore.testing.fakes.inspection import InMemoryQueueInspection
from authcore.testing.fakes.system import FrozenClock
from unit.link_audit_world import World
from unit.readiness_world import OTHER_QUEUE, QUEUE, census, report, run_of


def sources(**changed: Callable[[], Any]) -> EvidenceSources:
    queues = InMemoryQueueInspection()
    queues.depths = {QUEUE: 4}
    whole = EvidenceSources(
        census=census,
        days=lambda: (),
        links=lambda: {"crossed": 1},
        doctor=report,
        queues=queues,
        runs=lambda: (run_of("linked"),),
        second_factors=lambda: True,
    )
    parts: Any = changed
    return attrs.evolve(whole, **parts)


def reader(given: EvidenceSources, told: list[str] | None = None) -> EvidenceReader:
    return EvidenceReader(
        setup=MoveSetup(dead_letters=(QUEUE, OTHER_QUEUE)),
        sources=given,
        clock=FrozenClock(),
        on_part=(told if told is not None else []).append,
    )


def test_everything_is_read_and_the_links_last() -> None:
    told: list[str] = []

    evidence = reader(sources(), told).gather()

    assert evidence.census.get() == census()
    assert evidence.links.get() == {"crossed": 1}
    assert evidence.queues[QUEUE].get() == 4
    assert evidence.second_factors.get() is True
    assert told[-1] == "the links"


def fails(error: Exception) -> Callable[[], Any]:
    def read() -> Any:
        raise error

    return read


FAILURES: Final = [
    (LegacyUnavailableError("down", detail="connect refused"), "connect refused"),
    (ProviderMisconfiguredError("no", detail="AccessDeniedException"), "AccessDeniedException"),
    (ConfigurationError(["AUTHCORE_LEGACY_URL is missing: base URL"]), "LEGACY_URL is missing"),
]
PARTS: Final = ["census", "days", "links", "doctor", "runs", "second_factors"]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("error", "cause"), FAILURES)
def test_a_source_without_an_answer_spoils_no_other(
    part: str, error: Exception, cause: str
) -> None:
    evidence = reader(sources(**{part: fails(error)})).gather()

    assert cause in (getattr(evidence, part).failure or "")
    assert all(getattr(evidence, each).is_read for each in PARTS if each != part)


def test_what_a_missing_variable_is_for_is_not_repeated() -> None:
    missing = ConfigurationError([f"AUTHCORE_{n} is missing: what for" for n in "ABCDE"])

    failure = reader(sources(links=fails(missing))).gather().links.failure

    assert failure == (
        "AUTHCORE_A is missing; AUTHCORE_B is missing; AUTHCORE_C is missing; and 2 more"
    )


def test_a_fault_of_ours_is_no_missing_evidence() -> None:
    with pytest.raises(ZeroDivisionError):
        reader(sources(links=fails(ZeroDivisionError()))).gather()


def test_there_is_no_census_and_no_such_queue() -> None:
    evidence = reader(sources(census=lambda: None)).gather()

    assert evidence.census.failure == "there is none yet"
    assert evidence.queues[OTHER_QUEUE].failure == "there is no such queue"
    assert evidence.queues[QUEUE].is_read


def test_findings_of_links_are_counted_page_by_page() -> None:
    world, pages = World(["a", "a"], {"a": None, "b": 99}), list[int]()

    found = count_findings(world.audit, key="k", on_page=pages.append)

    assert found == {"duplicate": 1, "sub_gone": 1}
    assert pages[-1] == 4
