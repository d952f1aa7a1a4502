"""A legacy system, a pool, and the pre sign-up trigger between them."""

import copy
import json
from datetime import timedelta
from typing import Final

from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory
from authcore_lambda.events.types import Event
from authcore_lambda.pre_sign_up import SIGN_UP, NativeLinks, PreSignUpTrigger
from unit.trigger_world import CANARY, Left, trigger_event


VERIFIED: Final = {"email": CANARY, "email_verified": "true"}


class World:
    """A legacy system, a pool, and the trigger between them."""

    def __init__(self, *, links: bool = True, providers: tuple[str, ...] = ("Google",)) -> None:
        self.audit = InMemoryAuditLog()
        self.accounts = InMemoryLegacyAccounts()
        self.directory = InMemoryUserDirectory()
        native_links = NativeLinks(
            links=lambda *_: InMemoryProviderLinks(self.directory),
            providers=frozenset(providers),
            audit=self.audit,
        )
        self.trigger = PreSignUpTrigger(
            accounts=lambda _: self.accounts,
            native_links=native_links if links else None,
            audit=self.audit,
            budget=timedelta(seconds=4),
        )

    def sign_up(self, email: str | None, username: str = "newcomer", **more: object) -> Event:
        attributes = {**more, **({} if email is None else {"email": email})}
        return self.passes(trigger_event(SIGN_UP, attributes, username=username))

    def passes(self, event: Event) -> Event:
        """The answer, which is the event and nothing else."""
        before = copy.deepcopy(event)
        answered = self.trigger(event, Left(5000))
        assert answered == event == before
        return answered

    def identities(self, username: str = "elliot") -> list[dict[str, object]]:
        user = self.directory.find(username)
        assert user is not None
        listed: list[dict[str, object]] = json.loads(user.attributes.get("identities", "[]"))
        return listed

    def reasons(self) -> list[str]:
        return [event.reason for event in self.audit.events]
