"""Build the parts of a guard that only observes (``AUTHCORE_GUARD_MODE=observe``)."""

from typing import TYPE_CHECKING

from authcore.adapters.audit.shadow_log import ShadowLog
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.prediction import UnchangedStore, predict_browsers
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock
from authcore.settings.guard import GuardSettings
from authcore.settings.store import StoreSettings
from authcore.wiring.table import sealed_store
from authcore_guard.shadow import Shadow
from authcore_guard.telemetry import Telemetry


if TYPE_CHECKING:
    from authcore.adapters.coordination.dynamodb.table import DynamoDbClient


def observes(guard: GuardSettings) -> bool:
    """Whether the guard only observes."""
    return guard.mode == "observe"


def guard_of_browsers(browsers: BrowserGuard, guard: GuardSettings) -> BrowserGuard:
    """Return *browsers*, or what predicts its decisions."""
    return predict_browsers(browsers) if observes(guard) else browsers


def shadow_of(guard: GuardSettings, telemetry: Telemetry, clock: Clock) -> Shadow | None:
    """Build what observes requests, and announce it; None for a guard that enforces."""
    if not observes(guard):
        return None
    log = ShadowLog(clock=clock, counter=telemetry.counter, audit=telemetry.audit)
    shadow = Shadow(log)
    shadow.announce()
    return shadow


def unchanged_store(client: "DynamoDbClient", store: StoreSettings, clock: Clock) -> SealedStore:
    """Build the store of sessions for a guard that only observes."""
    return UnchangedStore(sealed_store(client, store, clock))
