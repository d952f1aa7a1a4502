"""
Every call that boto3's clients make, as IAM sees it: action, resource and key.

The recorder listens to the events of botocore's clients, so a call is recorded for any caller and
any answer.  Clients that it listens to wait amply: what is recorded does not depend on the
speed of the machine.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import attrs
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.loaders import Loader, create_loader

from support.gate import AMPLE


POOL: Final = "${UserPoolArn}"
TABLE: Final = "${TableArn}"
SECRETS: Final = "${SecretArns}"
FUNCTIONS: Final = "${FunctionArns}"
QUEUES: Final = "${DeadLetterArns}"
ANY: Final = "*"

_KIND_OF_KEY: Final = re.compile(r"[a-z]+#(?:[a-z-]{1,20}[:#])?")
"""What all keys of one kind begin with: ``lease#refresh:``, ``revoked#user#``, ``attempts#``."""


@attrs.frozen(order=True)
class Grant:
    """
    What a call needs to be allowed.

    Attributes:
        action: IAM action.
        resource: Placeholder of the resource, as in ``deploy/policies``.
        keys: Pattern of the item's partition key; empty where the resource is no table.
    """

    action: str
    resource: str
    keys: str = ""


DEPENDENT: Final[Mapping[str, Grant]] = {
    "wafv2:GetWebACLForResource": Grant("cognito-idp:GetWebACLForResource", POOL)
}
"""
Of actions that IAM asks for beside the call's own.

See: Amazon Cognito developer guide, "Associate an AWS WAF web ACL with a user pool".
"""


@attrs.define
class RecordedCalls:
    """
    What was called.

    Attributes:
        grants: What the signed calls need.
        unsigned: Operations that were called without IAM credentials, as ``service:Operation``.
        resources: The pools, tables and secrets that the calls named.
    """

    grants: set[Grant] = attrs.field(factory=set)
    unsigned: set[str] = attrs.field(factory=set)
    resources: set[str] = attrs.field(factory=set)

    @property
    def operations(self) -> set[str]:
        """The signed ones, as ``service:Operation``."""
        dependent = {each.action for each in DEPENDENT.values()}
        return {each.action for each in self.grants} - dependent

    def note(self, operation: str, request: Mapping[str, Any], *, signed: bool) -> None:
        """Note one call."""
        if not signed:
            self.unsigned.add(operation)
            return
        if operation in DEPENDENT:
            self.grants.add(DEPENDENT[operation])
        for resource, named, keys in _resources(request):
            self.grants.add(Grant(operation, resource, keys))
            self.resources |= {named} if named else set()


@contextmanager
def recorded_calls() -> Iterator[RecordedCalls]:
    """
    Record the calls of every client that authcore makes meanwhile.

    ``authcore.adapters.aws`` makes them, with a configuration, which tests' own clients lack.
    """
    calls = RecordedCalls()
    opened: list[Any] = []
    create: Any = botocore.session.Session.create_client

    def create_client(self: Any, service: str, *args: Any, config: Any = None, **more: Any) -> Any:
        if config is None:
            return create(self, service, *args, **more)
        signed = config.signature_version is not UNSIGNED
        patient = config.merge(Config(connect_timeout=_SECONDS, read_timeout=_SECONDS))
        self.register_component("data_loader", _loader())
        client = create(self, service, *args, config=patient, **more)

        def note(model: Any, params: Mapping[str, Any], **_: object) -> None:
            calls.note(f"{service}:{model.name}", params, signed=signed)

        client.meta.events.register("provide-client-params.*.*", note)
        opened.append(client)
        return client

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session.Session, "create_client", create_client)
        yield calls
    for client in opened:
        client.close()


_SECONDS: Final = AMPLE.total_seconds()


@cache
def _loader() -> Loader:
    """Of service models, which take most of the time that it takes to make a client."""
    return create_loader()


_NAMED_BY: Final = {
    "FunctionName": FUNCTIONS,
    "QueueUrl": QUEUES,
    "SecretId": SECRETS,
    "UserPoolId": POOL,
}
"""The member of a request that names its resource."""


def _resources(request: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str]]:
    """Yield placeholder, name and keys of each resource in *request*."""
    if "TableName" in request:
        key = request.get("Key") or request.get("Item")
        yield TABLE, request["TableName"], _kind(key) if key else ""
        return
    if "RequestItems" in request:
        for table, asked in request["RequestItems"].items():
            for key in asked["Keys"]:
                yield TABLE, table, _kind(key)
        return
    member = next((each for each in _NAMED_BY if each in request), None)
    if member is None:
        yield ANY, None, ""
    else:
        yield _NAMED_BY[member], request[member], ""


def _kind(key: Mapping[str, Mapping[str, str]]) -> str:
    found = _KIND_OF_KEY.match(key["pk"]["S"])
    assert found is not None, key
    return f"{found[0]}*"
