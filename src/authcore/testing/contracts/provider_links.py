"""What every ProviderLinks does."""

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from authcore.domain.errors import (
    AccountNotFoundError,
    AccountTakenError,
    LinkRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import ExternalIdentity
from authcore.ports.user_directory import ProviderLinks
from authcore.testing.contracts.suite import ContractSuite
from authcore.testing.contracts.user_directory import Enrol, Federate


EMAIL: Final = "anna@example.com"

IdentitiesOf = Callable[[str], list[tuple[str, str]]]
"""Reads the identities of a user by name: provider names and user ids."""


def identities_in(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Provider names and user ids in an ``identities`` attribute, for ``identities_of``."""
    listed = json.loads(attributes.get("identities", "[]"))
    return [(each["providerName"], each["userId"]) for each in listed]


class ProviderLinksContract(ContractSuite):
    """Subclass it, and say which pool: one that has Google and Facebook and no aliases."""

    @pytest.fixture
    @abstractmethod
    def links(self) -> ProviderLinks:
        """Returns the links under test, of a pool without users."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that adds native users to the pool."""

    @pytest.fixture
    @abstractmethod
    def federate(self) -> Federate:
        """Returns a function that adds external users to the pool."""

    @pytest.fixture
    @abstractmethod
    def identities_of(self) -> IdentitiesOf:
        """Returns a function that reads identities from the pool, without the links."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    @pytest.fixture
    def google(self) -> ExternalIdentity:
        """Returns an identity that has not signed in yet."""
        return ExternalIdentity("Google", "1095119627267195613aB", "Google")

    def test_nobody_has_an_address_in_an_empty_pool(self, links: ProviderLinks) -> None:
        assert links.native_users_with(EMAIL) == ()

    @pytest.mark.parametrize("verified", ["true", "false"])
    def test_who_has_exactly_the_address_is_found_verified_or_not(
        self, links: ProviderLinks, enrol: Enrol, verified: str
    ) -> None:
        subject = enrol("anna", {"email": EMAIL, "email_verified": verified})
        enrol("ben", {"email": "ben@example.com"})
        enrol("carl", {})

        (found,) = links.native_users_with(EMAIL)

        assert (found.username, found.subject, found.enabled) == ("anna", subject, True)
        assert found.attributes["email"] == EMAIL
        assert found.attributes["email_verified"] == verified

    def test_all_who_have_the_address_are_found(self, links: ProviderLinks, enrol: Enrol) -> None:
        subjects = {enrol(f"anna{number:02d}", {"email": EMAIL}) for number in range(61)}

        found = links.native_users_with(EMAIL)

        assert len(found) == 61
        assert {user.subject for user in found} == subjects

    @pytest.mark.parametrize(
        "another",
        [
            "Anna@example.com",
            "anna@Example.com",
            "anna@example.com.evil.example",
            "joanna@example.com",
            "anna+1@example.com",
            "anna@example.co",
        ],
    )
    def test_an_address_that_is_only_like_it_is_another(
        self, links: ProviderLinks, enrol: Enrol, another: str
    ) -> None:
        # AL-04
        enrol("mallory", {"email": another})

        assert links.native_users_with(EMAIL) == ()

    @pytest.mark.parametrize(
        "text",
        [
            'nobody@example.com" or email ^= "a',
            'nobody@example.com\\" or email ^= "a',
            "nobody@example.com\\",
            '"',
            "\\",
            "*",
            "",
            "\uff41nna@example.com",
        ],
    )
    def test_no_text_asks_for_more_than_an_address(
        self, links: ProviderLinks, enrol: Enrol, text: str
    ) -> None:
        # AL-04
        enrol("anna", {"email": EMAIL})
        enrol("carl", {})

        assert links.native_users_with(text) == ()

    @pytest.mark.parametrize("local_part", ['"an\\"na"', "an\\\\na", '"'])
    def test_an_address_with_quotes_or_backslashes_is_found(
        self, links: ProviderLinks, enrol: Enrol, local_part: str
    ) -> None:
        enrol("anna", {"email": f"{local_part}@example.com"})
        enrol("ben", {"email": f"{local_part}@example.net"})

        found = links.native_users_with(f"{local_part}@example.com")

        assert [user.username for user in found] == ["anna"]

    def test_an_address_that_is_too_long_for_a_filter_is_found(
        self, links: ProviderLinks, enrol: Enrol
    ) -> None:
        enrol("anna", {"email": "a" * 300 + "@example.com"})
        enrol("ben", {"email": "a" * 300 + "@example.net"})

        found = links.native_users_with("a" * 300 + "@example.com")

        assert [user.username for user in found] == ["anna"]

    def test_whom_a_provider_sent_is_not_native(
        self, links: ProviderLinks, enrol: Enrol, federate: Federate, google: ExternalIdentity
    ) -> None:
        # AL-03
        federate(google, {"email": EMAIL, "email_verified": "true"})
        enrol("anna", {"email": EMAIL})

        assert [user.username for user in links.native_users_with(EMAIL)] == ["anna"]

    def test_who_has_a_linked_identity_is_still_native(
        self, links: ProviderLinks, enrol: Enrol, google: ExternalIdentity
    ) -> None:
        enrol("anna", {"email": EMAIL})
        links.link_provider("anna", google)

        assert [user.username for user in links.native_users_with(EMAIL)] == ["anna"]

    def test_a_linked_identity_signs_in_as_the_user_in_its_own_letter_case(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        # AL-05
        enrol("anna", {})

        links.link_provider("anna", google)

        assert identities_of("anna") == [("Google", "1095119627267195613aB")]

    def test_linking_twice_is_linking_once(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        # AL-05, LT-02
        enrol("anna", {})

        for _ in range(2):
            links.link_provider("anna", google)

        assert len(identities_of("anna")) == 1

    def test_two_providers_lead_to_one_user(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        enrol("anna", {})

        links.link_provider("anna", google)
        links.link_provider("anna", ExternalIdentity("Facebook", google.user_id))

        assert {provider for provider, _ in identities_of("anna")} == {"Google", "Facebook"}

    def test_what_is_another_users_stays_another_users(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        # AL-05
        enrol("anna", {})
        enrol("mallory", {})
        links.link_provider("anna", google)

        with pytest.raises(AccountTakenError):
            links.link_provider("mallory", google)

        assert len(identities_of("anna")) == 1
        assert identities_of("mallory") == []

    def test_who_is_a_user_already_is_not_linked(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        federate: Federate,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        # AL-05
        federate(google, {})
        enrol("anna", {})

        with pytest.raises(AccountTakenError):
            links.link_provider("anna", google)

        assert identities_of("anna") == []

    def test_the_sixth_identity_is_refused_and_the_fifth_is_not(
        self,
        links: ProviderLinks,
        enrol: Enrol,
        google: ExternalIdentity,
        identities_of: IdentitiesOf,
    ) -> None:
        # AL-05
        enrol("anna", {})
        for number in range(5):
            links.link_provider("anna", ExternalIdentity("Google", str(number)))

        with pytest.raises(LinkRejectedError) as refusal:
            links.link_provider("anna", google)
        links.link_provider("anna", ExternalIdentity("Google", "4"))

        assert not isinstance(refusal.value, AccountTakenError)
        assert len(identities_of("anna")) == 5

    def test_nobody_is_linked_to_nobody(
        self, links: ProviderLinks, google: ExternalIdentity
    ) -> None:
        with pytest.raises(AccountNotFoundError):
            links.link_provider("nobody", google)

    @pytest.mark.parametrize("name", ["", "a b", "a" * 129])
    def test_a_name_that_no_user_can_have_is_nobodys(self, links: ProviderLinks, name: str) -> None:
        with pytest.raises(AccountNotFoundError):
            links.link_provider(name, ExternalIdentity("Google", "1"))

    @pytest.mark.parametrize(
        "identity",
        [
            ExternalIdentity("", "1"),
            ExternalIdentity("Google", ""),
            ExternalIdentity("G" * 33, "1"),
            ExternalIdentity("Google", "1" * 129),
            ExternalIdentity("Google", "1\n2"),
        ],
    )
    def test_who_can_be_nobody_at_a_provider_is_refused(
        self, links: ProviderLinks, enrol: Enrol, identity: ExternalIdentity
    ) -> None:
        enrol("anna", {})

        with pytest.raises(LinkRejectedError):
            links.link_provider("anna", identity)

    def test_an_outage_is_not_a_pool_in_which_nobody_has_the_address(
        self, links: ProviderLinks, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            links.native_users_with(EMAIL)

    def test_an_outage_is_not_a_refused_link(
        self, links: ProviderLinks, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            links.link_provider("anna", ExternalIdentity("Google", "1"))
