"""Links, in memory, behind the legacy HTTP API in each of its modes and over the seed's forms."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, ClassVar, Final

import attrs
import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks, HttpLegacyUnlinking
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.legacy.seed_dialect import (
    InsecureLegacyDialectWarning,
    SeedDialectLegacyLinks,
)
from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import AccountTakenError
from authcore.domain.model.urls import service_url
from authcore.ports.legacy_links import LegacyLinks, LegacyUnlinking
from authcore.testing.contracts.legacy_links import (
    HOLDERS,
    PROSPERO,
    ROSALIND,
    VIOLA,
    Holder,
    LegacyLinksContract,
    LegacyUnlinkingContract,
)
from authcore.testing.fakes.legacy_accounts import (
    InMemoryLegacyLinks,
    InMemoryLegacyUnlinking,
    LegacyRow,
)
from authcore_local.legacy import LegacySystem, Mode, SeedUser
from authcore_local.servers import AsgiApp, LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-link-tests"
SEEDS: Final = tuple(
    SeedUser(
        username=holder.account.username,
        password="",
        email=holder.account.email,
        email_verified=holder.account.email_verified,
        display_name=holder.account.display_name,
        userid=holder.account.legacy_uid,
        locked=holder.account.locked,
    )
    for holder in HOLDERS
)


class Place:
    """An address at which one legacy system after the other is found."""

    def __init__(self) -> None:
        self.app: AsgiApp = LegacySystem((), API_KEY).app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module", name="place")
def _place() -> Iterator[tuple[Place, str]]:
    place = Place()
    with LoopbackServer(place) as server:
        yield place, server.url


@pytest.fixture(scope="module", name="http")
def _http() -> Iterator[HttpClient]:
    within = AMPLE
    with closing(HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)) as http:
        yield http


class InMemory:
    """A fake legacy system with HOLDERS in it."""

    @pytest.fixture
    def links(self) -> InMemoryLegacyLinks:
        return InMemoryLegacyLinks(
            LegacyRow(
                holder.account,
                frozenset(
                    {(holder.identity.provider_name, holder.identity.user_id)}
                    if holder.identity
                    else ()
                ),
            )
            for holder in HOLDERS
        )

    @pytest.fixture
    def go_down(self, links: InMemoryLegacyLinks) -> Callable[[], None]:
        def fall_silent() -> None:
            links.available = False

        return fall_silent

    @pytest.fixture
    def mix_up(self, links: InMemoryLegacyLinks) -> Callable[[], None]:
        def mix_accounts_up() -> None:
            links.mixed_up = True

        return mix_accounts_up


class TestInMemoryLegacyLinks(InMemory, LegacyLinksContract):
    pass


class TestInMemoryLegacyUnlinking(InMemory, LegacyUnlinkingContract):
    @pytest.fixture
    def unlinking(self, links: InMemoryLegacyLinks) -> LegacyUnlinking:
        return InMemoryLegacyUnlinking(links)


class OverHttp:
    """A legacy system with HOLDERS in it; what it *cannot* promise is expected to fail."""

    mode: ClassVar[Mode]
    unique_emails: ClassVar[bool] = False
    cannot: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _expected(self, request: pytest.FixtureRequest) -> None:
        for test, reason in self.cannot.items():
            if f"test_{test}" in {request.function.__name__, request.node.name}:
                request.applymarker(pytest.mark.xfail(reason=reason))

    @pytest.fixture
    def legacy(self) -> LegacySystem:
        legacy = LegacySystem(
            SEEDS,
            API_KEY,
            mode=self.mode,
            unique_emails=self.unique_emails,
            insecure_get_dialect=True,
        )
        for holder in HOLDERS:
            if holder.identity:
                legacy.add_identity(
                    holder.account.legacy_uid,
                    holder.identity.provider_name,
                    holder.identity.user_id,
                )
        return legacy

    @pytest.fixture
    def url(self, place: tuple[Place, str], legacy: LegacySystem) -> str:
        place[0].app = legacy.app
        return place[1]

    @pytest.fixture
    def links(self, http: HttpClient, url: str) -> LegacyLinks:
        return HttpLegacyLinks(http=http, base_url=service_url(url), api_key=API_KEY)

    @pytest.fixture
    def go_down(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("down")

    @pytest.fixture
    def mix_up(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("mixed_up")


NOT_UNIQUE: Final = {
    "the_same_cognito_id_under_another_key_creates_nothing": "Cognito ids are not unique there",
}
NOT_KEYED: Final = {
    **NOT_UNIQUE,
    "the_same_creation_again_creates_nothing": "every create makes an account",
    "the_same_creation_ten_times_at_once_creates_one": "every create makes an account",
    "an_identity_of_another_account_is_taken": "identities are not unique there",
}
NO_LOOK_UP: Final = {
    **NOT_KEYED,
    "an_identity_finds_its_account": "identities cannot be looked up",
    "each_way_is_answered_on_its_own": "nothing but addresses can be looked up",
    "whoever_is_attached_is_found_though_others_have_the_address_too": (
        "Cognito ids cannot be looked up"
    ),
    "an_attached_account_is_found_by_its_cognito_id": "Cognito ids cannot be looked up",
    "a_reset_removes_identities_and_an_attachment_alone_does_not": (
        "identities cannot be looked up"
    ),
    "a_cognito_id_keeps_its_account": "Cognito ids cannot be looked up",
    "a_created_account_is_found_in_every_way": "nothing but addresses can be looked up",
    "a_user_without_identity_name_or_address_gets_an_account": "Cognito ids cannot be looked up",
    "a_locked_account_is_found_by_its_identity": "identities cannot be looked up",
    "a_match_of_another_cognito_id_is_a_refusal": "Cognito ids cannot be looked up",
}


NO_ADDRESS: Final = "no form asks for an address"
NO_SUB: Final = "no form asks for a Cognito id"
UNTOLD: Final = "answers tell neither address nor Cognito id"
UNSAID: Final = {
    **NOT_KEYED,
    "a_stranger_matches_nobody": NO_ADDRESS,
    "an_identity_finds_its_account": UNTOLD,
    "an_address_finds_its_account_and_says_whether_it_is_verified": NO_ADDRESS,
    "each_way_is_answered_on_its_own": NO_ADDRESS,
    "an_address_of_two_accounts_is_ambiguous": NO_ADDRESS,
    "whoever_is_attached_is_found_though_others_have_the_address_too": "no form resets access",
    "an_attached_account_is_found_by_its_cognito_id": NO_SUB,
    "a_reset_removes_identities_and_an_attachment_alone_does_not": "no form resets access",
    "an_account_keeps_its_cognito_id[True]": "no form resets access",
    "a_cognito_id_keeps_its_account": NO_SUB,
    "an_account_that_is_none_cannot_be_attached[404]": "a no is a no, for whatever reason",
    "a_locked_account_is_found_by_its_address_and_says_so": NO_ADDRESS,
    "a_locked_account_is_found_by_its_identity": UNTOLD,
    "a_locked_account_is_not_attached": "a no is a no, for whatever reason",
    "a_created_account_is_returned_as_stored": UNTOLD,
    "a_created_account_is_found_in_every_way": NO_SUB,
    "a_user_without_identity_name_or_address_gets_an_account": "every form holds an identity",
    "a_match_of_another_address_is_a_refusal": NO_ADDRESS,
    "a_match_of_another_cognito_id_is_a_refusal": NO_SUB,
    "an_answer_about_another_account_after_a_write_is_no_refusal": "answers repeat no Cognito id",
}


class TestHttpLegacyLinksWithUniqueIds(OverHttp, LegacyLinksContract):
    mode = "unique"


class TestHttpLegacyLinksWithIdempotencyKeys(OverHttp, LegacyLinksContract):
    mode = "idempotent"
    cannot = NOT_UNIQUE


class TestHttpLegacyLinksWithUniqueAddresses(OverHttp, LegacyLinksContract):
    """And keys; what keys alone do not promise, a system with unique addresses must."""

    mode = "idempotent"
    unique_emails = True
    cannot: ClassVar = {"two_users_get_two_accounts": "they have one address"}

    @pytest.mark.parametrize("holder", [ROSALIND, VIOLA], ids=["verified", "unverified"])
    def test_an_address_of_another_account_is_taken_and_nothing_is_created(
        self, links: LegacyLinks, legacy: LegacySystem, holder: Holder
    ) -> None:
        before = legacy.accounts()
        wanted = attrs.evolve(PROSPERO, email=holder.account.email)

        with pytest.raises(AccountTakenError):
            links.create(wanted, idempotency_key="prospero")
        assert legacy.accounts() == before

        bare = attrs.evolve(wanted, email=None, email_verified=False)
        created = links.create(bare, idempotency_key="prospero-bare")
        assert (created.email, created.cognito_id) == (None, PROSPERO.cognito_id)
        assert links.create(wanted, idempotency_key="prospero") == created


class TestHttpLegacyLinksWithLookUpOnly(OverHttp, LegacyLinksContract):
    mode = "lookup"
    cannot = NOT_KEYED


class TestHttpLegacyLinksWithNothing(OverHttp, LegacyLinksContract):
    mode = "none"
    cannot = NO_LOOK_UP


class TestSeedDialectLegacyLinks(OverHttp, LegacyLinksContract):
    mode = "lookup"
    cannot = UNSAID

    @pytest.fixture
    def links(self, http: HttpClient, url: str) -> LegacyLinks:
        with pytest.warns(InsecureLegacyDialectWarning):
            return SeedDialectLegacyLinks(
                http=http,
                base_url=service_url(url),
                api_key=API_KEY,
                entropy=SystemEntropy(),
            )


class TestHttpLegacyUnlinking(OverHttp, LegacyUnlinkingContract):
    mode = "unique"

    @pytest.fixture
    def unlinking(self, http: HttpClient, url: str) -> LegacyUnlinking:
        return HttpLegacyUnlinking(http=http, base_url=service_url(url), api_key=API_KEY)
