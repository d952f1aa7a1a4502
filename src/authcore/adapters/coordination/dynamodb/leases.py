"""Leases between processes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

from authcore.adapters.coordination.dynamodb.expiry import (
    IS_OVER,
    moment,
    values_between,
    values_until,
)
from authcore.adapters.coordination.dynamodb.table import (
    AnswerLostError,
    ConditionFailedError,
    DynamoDbClient,
    DynamoDbTable,
    Item,
    not_dynamodb,
)
from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.ports.coordination import LeaseGrant, RenewableLease
from authcore.ports.system import Clock, Entropy


_CLAIM: Final = (
    "SET holder = :holder, ends_at = :end, expires = :expires,"
    " fence = if_not_exists(fence, :now) + :one"
)
_RELEASE: Final = "SET ends_at = :past"
_IS_OURS: Final = "holder = :holder"
_RENEW: Final = "SET ends_at = :end, expires = :expires"
_IS_GRANTED: Final = "fence = :fence AND ends_at > :now"


class DynamoDbLease(RenewableLease):
    """
    Leases between processes.

    Fences start at the time of a key's first grant, so that they grow even after its item was
    deleted.  If the answer to a claim is lost, the claim is repeated once with the same holder
    name, which the first one may have stored.  A release without an answer is left to the ttl.

    Args:
        client: From ``dynamodb_client``.

        table: Name of the table.

        clock: Differs by at most CLOCK_SKEW from that of every other process.

        entropy: Makes holder names, so that a late release cannot free the lease of another holder.
    """

    def __init__(
        self, *, client: DynamoDbClient, table: str, clock: Clock, entropy: Entropy
    ) -> None:
        self._table = DynamoDbTable(client, table)
        self._clock = clock
        self._entropy = entropy

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        """See the port."""
        holder = self._entropy.token()
        grant = self._acquire(key, holder, ttl)
        try:
            yield grant
        finally:
            self._release(key, holder)

    def renew(self, key: str, grant: LeaseGrant, ttl: timedelta) -> LeaseGrant:
        """See the port.  Repeated once where the answer is lost: a fence names one grant."""
        try:
            return self._prolong(key, grant, ttl)
        except AnswerLostError:
            return self._prolong(key, grant, ttl)

    def _prolong(self, key: str, grant: LeaseGrant, ttl: timedelta) -> LeaseGrant:
        now = self._clock.now()
        fence = {"N": str(grant.fence)}
        values = {**values_until(now + ttl), ":now": moment(now), ":fence": fence}
        try:
            renewed = self._update(key, _RENEW, _IS_GRANTED, values)
        except ConditionFailedError:
            raise LeaseHeldError("the lease has ended") from None
        if renewed.get("fence") != fence:
            raise not_dynamodb()
        return LeaseGrant(grant.fence, now + ttl)

    def _acquire(self, key: str, holder: str, ttl: timedelta) -> LeaseGrant:
        try:
            return self._claim(key, holder, ttl)
        except AnswerLostError:
            return self._claim(key, holder, ttl)

    def _claim(self, key: str, holder: str, ttl: timedelta) -> LeaseGrant:
        now = self._clock.now()
        values = {
            **values_between(now, now + ttl),
            ":holder": {"S": holder},
            ":now": moment(now),
            ":one": {"N": "1"},
        }
        try:
            taken = self._update(key, _CLAIM, f"{IS_OVER} OR {_IS_OURS}", values)
        except ConditionFailedError:
            raise LeaseHeldError("another holder has the lease") from None
        return LeaseGrant(_fence(taken, holder), now + ttl)

    def _release(self, key: str, holder: str) -> None:
        values = {":past": {"N": "0"}, ":holder": {"S": holder}}
        with suppress(ConditionFailedError, CoordinationUnavailableError):
            self._update(key, _RELEASE, _IS_OURS, values)

    def _update(self, key: str, update: str, condition: str, values: Item) -> Item:
        return self._table.update(f"lease#{key}", update, condition, values)


def _fence(taken: Item, holder: str) -> int:
    """Require an answer that names this holder."""
    if taken.get("holder") != {"S": holder}:
        raise not_dynamodb()
    try:
        return int(taken["fence"]["N"])
    except (KeyError, TypeError, ValueError):
        raise CoordinationUnavailableError(
            "DynamoDB describes a lease incorrectly", detail="answer lease"
        ) from None
