"""A pool with a native user and the external user of the same person, and calls that can fail."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import attrs

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.connecting import ConnectTicket, address_digest
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import AccessClaims, IdentityClaims, SignedClaims, TokenSet
from authcore.domain.services.accounts.identity_connection import IdentityConnection
from authcore.ports.user_directory import ProviderLinks, UserDirectory
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory


EMAIL: Final = "jane@thornfield.example"
VERIFIED: Final = {"email": EMAIL, "email_verified": "true"}
APPLE: Final = ExternalIdentity("SignInWithApple", "001847.0a1B2c3D4e5f.1847")
APPLE_NAME: Final = "SignInWithApple_001847.0a1B2c3D4e5f.1847"
CLIENT: Final = "c" * 64
UID: Final = "custom:legacy_uid"
LINKED: Final = "custom:legacy_linked"

Result = TypeVar("Result")
Hook = Callable[[], object]


class ProcessKilled(BaseException):
    """The process of the attempt is gone."""


@attrs.define
class Line:
    """
    The line of one attempt to the pool.

    Attributes:
        before: What happens right before a call, by its number from 1.
        after: What happens right after a call took effect, before its answer arrives.
        calls: Names of the calls so far.
    """

    before: Mapping[int, Hook] = attrs.field(factory=dict)
    after: Mapping[int, Hook] = attrs.field(factory=dict)
    calls: list[str] = attrs.field(factory=list)

    def send(self, name: str, call: Callable[[], Result]) -> Result:
        self.calls.append(name)
        number = len(self.calls)
        self.before.get(number, _nothing)()
        try:
            return call()
        finally:
            self.after.get(number, _nothing)()


def _nothing() -> None:
    """No event at this place."""


def fail() -> None:
    raise ProviderUnavailableError("the answer is lost")


def kill() -> None:
    raise ProcessKilled


@attrs.frozen
class LineDirectory(UserDirectory):
    """The pool at the end of a line."""

    pool: UserDirectory
    line: Line

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        return self.line.send("find", lambda: self.pool.find(username))

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """See the port."""
        self.line.send("set", lambda: self.pool.set_attributes(username, attributes))

    def delete_user(self, username: str) -> None:
        """See the port."""
        self.line.send("delete", lambda: self.pool.delete_user(username))


@attrs.frozen
class LineLinks(ProviderLinks):
    """The same for external identities."""

    links: ProviderLinks
    line: Line

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        return self.line.send("list", lambda: self.links.native_users_with(email))

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        self.line.send("link", lambda: self.links.link_provider(username, identity))


class ConnectWorld:
    """Jane is native and has account 1847; her Apple sign-in became a user of its own."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.audit = InMemoryAuditLog()
        self.pool = InMemoryUserDirectory()
        self.native = self.pool.add("jane", {**VERIFIED, UID: "1847", LINKED: "linked.x"})
        self.external = self.pool.federate(APPLE, VERIFIED)

    def service(self, line: Line | None = None) -> IdentityConnection:
        line = line or Line()
        return IdentityConnection(
            directory=LineDirectory(self.pool, line),
            links=LineLinks(InMemoryProviderLinks(self.pool), line),
            client=CLIENT,
            clock=self.clock,
            audit=self.audit,
        )

    def ticket(self, **changes: Any) -> ConnectTicket:
        address = address_digest(EMAIL, is_verified=True)
        assert address is not None
        fields: dict[str, Any] = {
            "username": self.external.username,
            "subject": self.external.subject,
            "identity": APPLE,
            "address": address,
            "client": CLIENT,
            "signed_in_at": self.clock.now(),
        }
        return ConnectTicket(**{**fields, **changes})

    def session(self, user: DirectoryUser | None = None, **claims: object) -> Session:
        user, now = user or self.native, int(self.clock.now().timestamp())
        shared = {"sub": user.subject, "iss": "https://pool.example", "iat": now, "auth_time": now}
        identity = {
            "cognito:username": user.username,
            "email": user.attributes.get("email"),
            "email_verified": user.attributes.get("email_verified") == "true",
            **shared,
            **claims,
        }
        return Session(
            TokenSet("a.b.c", "a.b.c", None),
            IdentityClaims(SignedClaims(identity)),
            AccessClaims(SignedClaims({**shared, **claims})),
        )

    def sign_in_with_apple(self) -> DirectoryUser:
        """Whom the identity signs in as; a new external user where it is nobody's."""
        owner = self.owner
        return owner or self.pool.federate(APPLE, VERIFIED)

    @property
    def owner(self) -> DirectoryUser | None:
        """The user whom the identity signs in as."""
        found = [
            user
            for user in self.pool.everybody()
            if APPLE.user_id in user.attributes.get("identities", "")
        ]
        assert len(found) < 2
        return found[0] if found else None

    def is_connected(self, to: str = "jane") -> bool:
        return self.owner is not None and self.owner.username == to

    def require_one_person(self) -> None:
        """I1, both directions: the account is Jane's alone, and Jane has no other one."""
        holders = [u.username for u in self.pool.everybody() if u.attributes.get(UID)]
        assert holders == ["jane"]
        assert self.owner is None or self.owner.username in {"jane", APPLE_NAME}

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(each.action, each.outcome, each.reason) for each in self.audit.events]

    def later(self, **time: float) -> None:
        self.clock.advance(timedelta(**time))
