"""State that the servers of one stack share, because they run in one process."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import attrs

from authcore.domain.model.session_decision import Admitted, SessionDecision
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock, Entropy
from authcore.wiring.cookies import is_stored
from authcore.wiring.sessions import SessionContainer
from authcore_local.flow import Actor, FlowLog
from authcore_local.history import DatedCounter, History
from authcore_local.key_fetches import note_key_fetches


MAX_DECISIONS: Final = 1000

UNREMARKABLE: Final = frozenset({"ok", "no_session"})
"""Reasons that are not recorded: the answer to the browser explains them."""

QUESTION: Final = "who is it?"


@attrs.frozen
class Shared:
    """
    Passed to the auth service and the CMS in place of objects of their own.

    Attributes:
        flow: Records hops.
        clock: The movable clock.
        entropy: For nonces.
        revocations: None where sessions live as long as their tokens.  Both servers see a
            revocation at once, as with a shared table.
        history: Counts decisions per day.
    """

    flow: FlowLog
    clock: Clock
    entropy: Entropy
    revocations: RevocationList | None
    history: History


class Decisions:
    """Keeps the last MAX_DECISIONS decisions of a guard, by cookie header."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._about: OrderedDict[str, SessionDecision] = OrderedDict()

    def keep(self, cookie_header: str, decision: SessionDecision) -> None:
        """Remember *decision*."""
        key = _digest(cookie_header)
        with self._lock:
            self._about[key] = decision
            self._about.move_to_end(key)
            while len(self._about) > MAX_DECISIONS:
                self._about.popitem(last=False)

    def about(self, cookie_header: str) -> SessionDecision | None:
        """Return the last decision about a request with these cookies; None without one."""
        with self._lock:
            return self._about.get(_digest(cookie_header))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class WatchedGuard(BrowserGuard):
    """
    A BrowserGuard that reports its decisions.

    Attributes:
        report: Takes the cookies and the decision.
    """

    _report: Callable[[str, SessionDecision], None]

    def decide(self, cookie_header: str, *, can_renew: bool = True) -> BrowserDecision:
        """See BrowserGuard."""
        result = BrowserGuard.decide(self, cookie_header, can_renew=can_renew)
        self._report(cookie_header, result.decision)
        return result

    def decide_from_cache(
        self, cookie_header: str, *, can_renew: bool = True
    ) -> BrowserDecision | None:
        """See BrowserGuard."""
        result = BrowserGuard.decide_from_cache(self, cookie_header, can_renew=can_renew)
        if result is not None:
            self._report(cookie_header, result.decision)
        return result


def share(container: SessionContainer, shared: Shared, door: Actor) -> Decisions:
    """
    Make *container*, the one of *door*, use the shared state before it is used.

    Returns the store of its guard's decisions, which the flow records too.
    """
    container.clock.override(shared.clock)
    container.revocations.override(shared.revocations)
    container.counter.override(DatedCounter(shared.history))
    note_key_fetches(container, shared.flow, door)
    container.audit_stream().subscribe(lambda event: shared.flow.note(door, event))
    decisions = Decisions()

    def report(cookie_header: str, decision: SessionDecision) -> None:
        decisions.keep(cookie_header, decision)
        if decision.reason not in UNREMARKABLE:
            shared.flow.record(door, "guard", QUESTION, decision.reason, _meaning(decision))

    guard = WatchedGuard(
        guard=container.session_guard(),
        jar=container.sessions(),
        counter=container.counter(),
        jar_waits=is_stored(container.cookie()),
        report=report,
    )
    container.browser_guard.override(guard)
    return decisions


def _meaning(decision: SessionDecision) -> str:
    if isinstance(decision, Admitted):
        until = decision.session.access.expires_at
        return f"access token good until {until:%H:%M:%S} UTC"
    return ""


def _digest(cookie_header: str) -> str:
    return hashlib.sha256(cookie_header.encode("utf-8", "surrogatepass")).hexdigest()
