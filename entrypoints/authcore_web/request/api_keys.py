"""Authenticate the programs that call."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from starlette.requests import HTTPConnection

from authcore.domain.model.audit import AuditEvent
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.settings.url_parsers import CallerKey


ACTION: Final = "verify.caller"

REASON: Final = "caller_rejected"

_SCHEME: Final = "bearer "

_Digests: TypeAlias = Sequence[tuple[str, bytes]]


class ApiKeys:
    """
    Authenticates programs by their API keys.

    The key of a request is compared with every configured key, by digest and each in constant time:
    the time of the answer depends neither on which key matched nor on how much of a key was right.
    """

    def __init__(
        self,
        keys: Callable[[], Sequence[CallerKey]],
        *,
        audit: AuditLog,
        counter: DecisionCounter,
    ) -> None:
        """
        Admit the owners of the keys that *keys* gives at each call.

        *audit* records refusals, *counter* counts by owner.
        """
        self._keys = keys
        self._digests: tuple[Sequence[CallerKey], _Digests] = ((), ())
        self._audit = audit
        self._counter = counter

    def of(self, request: HTTPConnection) -> str | None:
        """Return the name of the caller; None without a valid key."""
        name = self._find_name(request.headers.getlist("authorization"))
        if name is None:
            self._audit.record(AuditEvent(ACTION, "rejected", REASON))
        else:
            self._counter.count(ACTION, "accepted", name)
        return name

    def _find_name(self, authorization: Sequence[str]) -> str | None:
        presented = _bearer_digest(authorization)
        found = None
        for name, digest in self._current():
            if hmac.compare_digest(digest, presented):
                found = name
        return found

    def _current(self) -> _Digests:
        """The digests of the keys of now, computed once for each set of keys."""
        keys = self._keys()
        made_of, digests = self._digests
        if keys is not made_of:
            digests = [(key.name, _digest(key.key)) for key in keys]
            self._digests = (keys, digests)
        return digests


def _bearer_digest(authorization: Sequence[str]) -> bytes:
    """
    Compute the digest of the presented key, or of the empty text; keys are never empty.

    Several headers count as none: it is undefined which of them applies.  See: RFC 6750 §2.1.
    """
    header = authorization[0] if len(authorization) == 1 else ""
    is_bearer = header[: len(_SCHEME)].lower() == _SCHEME
    return _digest(header[len(_SCHEME) :] if is_bearer else "")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("latin-1", "replace")).digest()
