"""A legacy system, a pool, and the pre sign-up trigger between them."""

import copy
import json
from typing import Final

from authcore.domain.services.accounts.native_linking import NativeLinking
from authcore.domain.services.accounts.sign_up_policy import SignUpPolicy
from authcore.ports.user_directory import ProviderLinks
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserDirectory
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.types import Event
from authcore_lambda.events.user_attributes import EventUnreadableError, require_readable
from authcore_lambda.pre_sign_up import SIGN_UP, PreSignUpTrigger
from support.gate import AMPLE
from unit.trigger_world import CANARY, POOL_ID, Left, trigger_event


VERIFIED: Final = {"email": CANARY, "email_verified": "true"}


class World:
    """A legacy system, a pool, and the trigger between them."""

    def __init__(self, *, links: bool = True, providers: tuple[str, ...] = ("Google",)) -> None:
        self.audit = InMemoryAuditLog()
        self.accounts = InMemoryLegacyAccounts()
        self.directory = InMemoryUserDirectory()
        policy = SignUpPolicy(accounts=self.accounts, audit=self.audit)

        def linking(pool_id: str | EventUnreadableError, _: Deadline) -> NativeLinking:
            return NativeLinking(
                links=lambda: self._links(require_readable(pool_id)),
                providers=frozenset(providers),
                audit=self.audit,
            )

        self.trigger = PreSignUpTrigger(
            policy=lambda _: policy,
            native_linking=linking if links else None,
            budget=AMPLE,
        )

    def _links(self, pool_id: str) -> ProviderLinks:
        assert pool_id == POOL_ID
        return InMemoryProviderLinks(self.directory)

    def sign_up(self, email: str | None, username: str = "newcomer", **more: object) -> Event:
        attributes = {**more, **({} if email is None else {"email": email})}
        return self.passes(trigger_event(SIGN_UP, attributes, username=username))

    def passes(self, event: Event) -> Event:
        """The answer, which is the event and nothing else."""
        before = copy.deepcopy(event)
        answered = self.trigger(event, Left(120_000))
        assert answered == event == before
        return answered

    def identities(self, username: str = "elliot") -> list[dict[str, object]]:
        user = self.directory.find(username)
        assert user is not None
        listed: list[dict[str, object]] = json.loads(user.attributes.get("identities", "[]"))
        return listed

    def reasons(self) -> list[str]:
        return [event.reason for event in self.audit.events]
