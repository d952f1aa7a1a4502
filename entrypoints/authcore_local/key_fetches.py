"""Record key fetches at the caller, because the server cannot tell its callers apart."""

import json
from collections.abc import Callable
from typing import Final

import attrs

from authcore.domain.errors import KeySourceUnavailableError
from authcore.domain.model.pools import JWKS_PATH
from authcore.wiring.sessions import SessionContainer
from authcore_local.addresses import POOL_ID
from authcore_local.flow import Actor, FlowLog


KEYS_REQUEST: Final = f"GET /{POOL_ID}{JWKS_PATH}"


@attrs.frozen
class RecordedFetch:
    """A key fetch that is recorded as a hop of *sender*."""

    fetch: Callable[[], bytes]
    flow: FlowLog
    sender: Actor

    def __call__(self) -> bytes:
        """Return what *fetch* returns, or raise the KeySourceUnavailableError that it raises."""
        try:
            body = self.fetch()
        except KeySourceUnavailableError as error:
            self.flow.record(self.sender, "cognito", KEYS_REQUEST, "no keys", str(error))
            raise
        count = len(json.loads(body)["keys"])
        self.flow.record(self.sender, "cognito", KEYS_REQUEST, "200 keys", f"{count} of them")
        return body


def note_key_fetches(container: SessionContainer, flow: FlowLog, sender: Actor) -> None:
    """Record each key fetch of *container* from now on."""
    container.fetcher.override(RecordedFetch(container.fetcher(), flow, sender))
