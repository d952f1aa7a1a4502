"""Emma, her old account, and the linking service on fakes."""

from collections.abc import Mapping

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import NATIVE, Creation, LinkOutcome, LinkPolicy, PoolAccount
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks, LegacyRow
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from support.linked_accounts import AccountsOf


ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
PROOFS = LinkProofs((b"k" * 32,), "eu-west-1_Ab12Cd34E")
GOOGLE = ExternalIdentity("Google", "109511962726719553612")
EMMA = PoolAccount(
    username="Google_109511962726719553612",
    subject="sub-emma",
    email="emma@hartfield.example",
    email_verified=True,
    name="Emma Woodhouse",
    identity=GOOGLE,
    legacy_uid=None,
)
NATIVE_EMMA = attrs.evolve(EMMA, username="emma", identity=None)
EMMAS_OLD_ACCOUNT = LegacyAccount("1815", "emma", "emma@hartfield.example", True, "Emma")


class World:
    """The service on fakes."""

    def __init__(
        self,
        *rows: LegacyRow,
        creation: Creation = "unique",
        providers: frozenset[str] = frozenset({"Google", NATIVE}),
        unique_emails: bool = False,
    ) -> None:
        self.clock = FrozenClock()
        self.links = InMemoryLegacyLinks(rows, mode=creation, unique_emails=unique_emails)
        self.directory = InMemoryUserDirectory()
        self.lease = InMemoryLease(self.clock)
        self.audit = InMemoryAuditLog()
        self.intents = InMemoryCreateIntents(self.clock)
        self.service = AccountLinking(
            links=self.links,
            accounts=AccountsOf(self.links),
            directory=self.directory,
            lease=self.lease,
            intents=self.intents,
            audit=self.audit,
            policy=LinkPolicy(email_providers=providers, creation=creation),
            proofs=PROOFS,
            issuer=ISSUER,
            clock=self.clock,
        )

    def knows(self, person: PoolAccount) -> None:
        held = {"custom:legacy_uid": person.legacy_uid, "custom:legacy_linked": person.statement}
        attributes = {name: value for name, value in held.items() if value is not None}
        self.directory.replace(
            DirectoryUser(person.username, person.subject, True, "CONFIRMED", attributes)
        )

    def signs_in(self, person: PoolAccount) -> LinkOutcome:
        """With the attributes that the pool holds by now."""
        if self.directory.find(person.username) is None:
            self.knows(person)
        held = self.held(person)
        shown = attrs.evolve(
            person,
            legacy_uid=held.get("custom:legacy_uid"),
            statement=held.get("custom:legacy_linked"),
        )
        return self.service.link(shown)

    def held(self, person: PoolAccount) -> Mapping[str, str]:
        user = self.directory.find(person.username)
        return user.attributes if user else {}

    def pool_side(self, person: PoolAccount) -> str | None:
        return self.held(person).get("custom:legacy_uid")

    def legacy_side(self, legacy_uid: str | None) -> str | None:
        return self.links.rows[legacy_uid].account.cognito_id if legacy_uid else None

    def assert_linked(self, person: PoolAccount, legacy_uid: str) -> None:
        assert self.pool_side(person) == legacy_uid
        assert self.legacy_side(legacy_uid) == person.subject
        assert PROOFS.is_linked(self.statement(person), person.subject, legacy_uid)

    def statement(self, person: PoolAccount) -> str | None:
        return self.held(person).get("custom:legacy_linked")


def migrated(person: PoolAccount, account: LegacyAccount = EMMAS_OLD_ACCOUNT) -> PoolAccount:
    """*person* as migration created them for *account*."""
    return attrs.evolve(person, legacy_uid=account.legacy_uid, statement=PROOFS.vouch(account))


def row(account: LegacyAccount = EMMAS_OLD_ACCOUNT, *held: str, google: bool = False) -> LegacyRow:
    identities = {("Google", GOOGLE.user_id)} if google else set()
    return LegacyRow(account, frozenset(identities), frozenset(held))
