"""Build what ``authcore move ready`` and ``authcore move rollback`` look at."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from authcore.adapters.audit.history_files import FileAuditHistory
from authcore.adapters.aws import aws_client
from authcore.adapters.inspection.queues import SqsQueueInspection
from authcore.adapters.runs.census_history import JsonLinesCensusHistory
from authcore.adapters.runs.directory import RunsDirectory
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.census import Census, DailyCount
from authcore.domain.model.checks import Report
from authcore.domain.model.readiness import MoveRun
from authcore.domain.services.accounts.retrying import OnRetry
from authcore.domain.services.moves.gathering import (
    EvidenceReader,
    EvidenceSources,
    OnPart,
    count_findings,
)
from authcore.domain.services.moves.trends import trends_of
from authcore.ports.system import Clock
from authcore.settings import load
from authcore.wiring.inspection import OpenExamination
from authcore.wiring.move_setup import MoveSetupSettings, setup_of
from authcore_cli.aws_clients import CALL_LIMIT
from authcore_cli.links_run import LinkTools


CENSUS_FILE: Final = "census.jsonl"


@attrs.frozen(kw_only=True)
class EvidenceRequest:
    """
    What an operator gives with the command.

    Attributes:
        history: Files of audit lines and counts.
        rate: Calls a second, for the links.
        clock: Dates the evidence.
        examination: See CommandContext.
        link_tools: See CommandContext.
        on_part: Told the name of each part before it is read.
        on_page: Told how many users and accounts have been read.
        on_wait: Told before a call is repeated.
    """

    history: tuple[Path, ...]
    rate: int
    clock: Clock
    examination: Callable[[Mapping[str, str], OnPart], OpenExamination]
    link_tools: Callable[[Mapping[str, str], int, OnRetry], LinkTools]
    on_part: OnPart = attrs.field(repr=False)
    on_page: Callable[[int], None] = attrs.field(repr=False)
    on_wait: OnRetry = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class OpenEvidence:
    """
    A reader with connections that it opens as it reads.

    Attributes:
        reader: Reads everything.
        opened: What has been opened.
    """

    reader: EvidenceReader
    opened: list[Callable[[], None]]

    def close(self) -> None:
        """Close the connections."""
        for close in self.opened:
            close()


def open_evidence(environment: Mapping[str, str], request: EvidenceRequest) -> OpenEvidence:
    """
    Prepare to read what the ``AUTHCORE_*`` variables name.

    Variables that only one source needs are read with it: without them its questions stay open.

    Raises:
        ConfigurationError: Names every missing and every wrong variable of the command's own.
    """
    settings = load(MoveSetupSettings, environment)
    parts = _Parts(environment, request, settings)
    sqs = aws_client(
        "sqs",
        region=settings.cognito.region,
        endpoint_url=settings.ready.endpoint_url,
        within=CALL_LIMIT,
    )
    parts.opened.append(sqs.close)
    sources = EvidenceSources(
        census=parts.census,
        days=parts.days,
        links=parts.links,
        doctor=parts.doctor,
        queues=SqsQueueInspection(sqs),
        runs=parts.runs,
        second_factors=parts.second_factors,
    )
    reader = EvidenceReader(
        setup=setup_of(settings, environment),
        sources=sources,
        clock=request.clock,
        on_part=request.on_part,
    )
    return OpenEvidence(reader=reader, opened=parts.opened)


class _Parts:
    """Each source, opened when it is read."""

    def __init__(
        self,
        environment: Mapping[str, str],
        request: EvidenceRequest,
        settings: MoveSetupSettings,
    ) -> None:
        self.opened: list[Callable[[], Any]] = []
        self._environment = environment
        self._request = request
        self._settings = settings
        self._examination: OpenExamination | None = None

    def census(self) -> Census | None:
        path = self._folder() / CENSUS_FILE
        pool_id = self._settings.cognito.user_pool_id
        found = JsonLinesCensusHistory(path, pool_id=pool_id).all()
        return found[-1] if found else None

    def days(self) -> tuple[DailyCount, ...]:
        if not self._request.history:
            raise ConfigurationError(["no file was given by --history"])
        trends = trends_of(FileAuditHistory(self._request.history).lines())
        if trends.unreadable:
            faults = ", ".join(f"{number} {fault}" for fault, number in trends.unreadable.items())
            raise ConfigurationError([f"lines cannot be read, and may hide something: {faults}"])
        return trends.days

    def runs(self) -> tuple[MoveRun, ...]:
        directory = RunsDirectory(self._folder())
        return tuple(_run(directory, run_id) for run_id in directory.run_ids())

    def links(self) -> Mapping[str, int]:
        request = self._request
        tools = request.link_tools(self._environment, request.rate, request.on_wait)
        self.opened.append(tools.close)
        key = SystemEntropy().token()
        return count_findings(tools.audit, key=key, on_page=request.on_page)

    def doctor(self) -> Report:
        return self._open_examination().examination.report()

    def second_factors(self) -> bool:
        return self._open_examination().examination.reader.pool.pool().mfa != "OFF"

    def _open_examination(self) -> OpenExamination:
        if self._examination is None:
            request = self._request
            self._examination = request.examination(self._environment, request.on_part)
            self.opened.append(self._examination.close)
        return self._examination

    def _folder(self) -> Path:
        """Return the folder of runs, which holds the counts, too; a missing one says nothing."""
        folder = self._settings.move.runs
        if not folder.is_dir():
            raise ConfigurationError([f"AUTHCORE_MOVE_RUNS: there is no folder {folder}"])
        return folder


def _run(directory: RunsDirectory, run_id: str) -> MoveRun:
    store = directory.reader(run_id)
    try:
        return MoveRun(store.run(), store.counts())
    finally:
        store.close()
