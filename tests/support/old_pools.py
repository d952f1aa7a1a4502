"""An old pool that holds the accounts of the contract suite, and faults on the way to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from authcore.testing.contracts.legacy_accounts import Person


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


def attributes_of(person: Person) -> Mapping[str, str]:
    """The attributes of a pool user who is *person*."""
    account = person.account
    found = {
        "email": account.email,
        "email_verified": str(account.email_verified).lower() if account.email else None,
        "name": account.display_name,
    }
    return {name: value for name, value in found.items() if value is not None}


@contextmanager
def on_event(
    client: "CognitoIdentityProviderClient", event: str, handler: Callable[..., Any]
) -> Iterator[None]:
    """Let *handler* hear *event* of *client* until the context ends."""
    client.meta.events.register_first(event, handler)
    try:
        yield
    finally:
        client.meta.events.unregister(event, handler)


class Empty:
    """A body without content."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield b""


def no_service(**_: object) -> AWSResponse:
    """What a load balancer answers while nothing is behind it."""
    return AWSResponse("http://127.0.0.1/", 503, HTTPHeaders(), Empty())


def other_user(names: Sequence[str], parsed: dict[str, Any], **_: object) -> None:
    """Make an answer of AdminGetUser about one user be about another one of *names*."""
    if "Username" in parsed:
        parsed["Username"] = next(name for name in names if name != parsed["Username"])
        kept = [each for each in parsed["UserAttributes"] if each["Name"] == "sub"]
        parsed["UserAttributes"] = kept
