"""Which program is asking."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.requests import HTTPConnection

from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.settings.url_parsers import CallerKey


ACTION: Final = "verify.caller"


REASON: Final = "caller_rejected"


_SCHEME: Final = "bearer "


class ApiKeys:
    """
    Knows programs by the keys they show.

    What was shown is compared with every key, by digest and each in constant time, so that an
    answer takes as long whichever key it was, and says nothing about how much of it was right.
    """

    def __init__(
        self, keys: Iterable[CallerKey], *, audit: AuditLog, counter: DecisionCounter
    ) -> None:
        """
        Know the owners of *keys*; without any, nobody.

        Args:
            keys: All that count now.

            audit: Learns of everybody who shows none of them.

            counter: Counts the others, by name.
        """
        self._digests = [(key.name, _digest(key.key)) for key in keys]
        self._audit = audit
        self._counter = counter

    def of(self, request: HTTPConnection) -> str | None:
        """The name of who shows a good key; None for everybody else."""
        name = self._named(request.headers.getlist("authorization"))
        if name is None:
            self._audit.record(AuditEvent(ACTION, "rejected", REASON))
        else:
            self._counter.count(ACTION, "accepted", name)
        return name

    def _named(self, authorization: Sequence[str]) -> str | None:
        shown = _shown(authorization)
        found = None
        for name, digest in self._digests:
            if hmac.compare_digest(digest, shown):
                found = name
        return found


def _shown(authorization: Sequence[str]) -> bytes:
    """
    The digest of what was shown, or of nothing; keys are never empty.

    With more than one header nobody can say which counts.  See: RFC 6750 §2.1.
    """
    header = authorization[0] if len(authorization) == 1 else ""
    is_bearer = header[: len(_SCHEME)].lower() == _SCHEME
    return _digest(header[len(_SCHEME) :] if is_bearer else "")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("latin-1", "replace")).digest()
