"""Build what the commands of ``authcore move`` share."""

from collections.abc import Mapping

import attrs

from authcore.adapters.runs.directory import RunsDirectory
from authcore.settings import load
from authcore.settings.move import MoveSettings


@attrs.frozen(kw_only=True)
class RunSettings:
    """Settings groups of commands that only need runs."""

    move: MoveSettings


def load_runs_directory(environment: Mapping[str, str]) -> RunsDirectory:
    """
    Open the folder of runs that the ``AUTHCORE_MOVE_*`` variables name.

    Raises:
        ConfigurationError: Names every wrong variable.
    """
    return runs_directory(load(RunSettings, environment).move)


def runs_directory(settings: MoveSettings) -> RunsDirectory:
    """Return the folder of runs; nothing is created or read yet."""
    return RunsDirectory(settings.runs)
