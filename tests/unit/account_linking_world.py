"""Both sides in memory, and the linking trigger between them."""

from typing import Final

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import FailurePolicy, LinkPolicy
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks, LegacyRow
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda.account_linking import AccountLinkingTrigger
from support.gate import AMPLE
from support.linked_accounts import AccountsOf
from unit.trigger_world import CANARY, EXTERNAL


KEYS: Final = (b"k" * 32,)
PROOFS: Final = LinkProofs(KEYS, "eu-west-1_Ab12Cd34")

DARCY: Final = LegacyAccount("1813", "darcy", CANARY, True, "Fitzwilliam Darcy")


class World:
    """Both sides in memory, and the trigger between them."""

    def __init__(
        self,
        *,
        failures: FailurePolicy = FailurePolicy(),  # noqa: B008 - frozen
        email_providers: tuple[str, ...] = (),
    ) -> None:
        self.audit = InMemoryAuditLog()
        self.directory = InMemoryUserDirectory()
        self.legacy = InMemoryLegacyLinks([LegacyRow(DARCY)])
        clock = FrozenClock()
        self.linking = AccountLinking(
            links=self.legacy,
            accounts=AccountsOf(self.legacy),
            directory=self.directory,
            lease=InMemoryLease(clock),
            intents=InMemoryCreateIntents(clock),
            audit=self.audit,
            policy=LinkPolicy(email_providers=frozenset(email_providers)),
            proofs=PROOFS,
            issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
            clock=clock,
        )
        self.trigger = AccountLinkingTrigger(
            linking=lambda *_: self.linking,
            audit=self.audit,
            budget=AMPLE,
            failures=failures,
        )

    def person(self, username: str = "elizabeth", **attributes: object) -> dict[str, object]:
        """Attributes of a new external user of the pool, as events show them."""
        user = self.directory.add(username)
        return {**EXTERNAL, "sub": user.subject, **attributes}

    def legacy_uid(self, username: str = "elizabeth") -> str | None:
        user = self.directory.find(username)
        return user.attributes.get("custom:legacy_uid") if user else None

    def reasons(self) -> list[str]:
        return [event.reason for event in self.audit.events]
