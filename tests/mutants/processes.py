"""Forked processes with a deadline."""

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

import attrs


Work = Callable[[], int]

TIMED_OUT: Final = -1000
FAILED: Final = 70
"""Of work that raised."""


@attrs.frozen
class _Child:
    pid: int
    ended: int
    """A pipe whose other end closes with the process."""


def run_forked(work: Work, *, within: float) -> int:
    """
    The status that *work* gives in a process of its own; TIMED_OUT where it takes too long.

    What the process started ends with it.
    """
    return run_all([work], within=within)[0]


def run_all(works: Sequence[Work], *, within: float) -> list[int]:
    """The statuses of all *works*, each in a process of its own."""
    deadline = perf_counter() + within
    children = [_start(work) for work in works]
    return [_status(child, deadline) for child in children]


def _start(work: Work) -> _Child:
    ended, open_while_running = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = FAILED
        try:
            os.close(ended)
            os.setsid()
            status = work()
        except BaseException:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(open_while_running)
    return _Child(pid, ended)


def _status(child: _Child, deadline: float) -> int:
    in_time, _, _ = select.select([child.ended], [], [], max(0.0, deadline - perf_counter()))
    os.close(child.ended)
    if not in_time:
        _kill(child.pid)
    status = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    _kill(child.pid)
    return status if in_time else TIMED_OUT


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
