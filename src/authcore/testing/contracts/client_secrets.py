"""What every ClientSecrets does."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.ports.client_secrets import ClientSecrets
from authcore.testing.contracts.suite import ContractSuite


OLD = "canary0old0secret0canary0old"
NEW = "canary0new0secret0canary0new"

Publish = Callable[[str, str], None]
"""Replaces the secrets in the source by these, the newest first."""


class ClientSecretsContract(ContractSuite):
    """Subclass it, and say where the secrets come from."""

    @pytest.fixture
    @abstractmethod
    def secrets(self) -> ClientSecrets:
        """Returns the secrets under test, which hold NEW and OLD, NEW first."""

    def test_the_newest_secret_is_tried_first(self, secrets: ClientSecrets) -> None:
        assert [*secrets.active()] == [NEW, OLD]

    def test_the_secret_that_was_accepted_last_is_tried_first(self, secrets: ClientSecrets) -> None:
        secrets.report(OLD, accepted=True)

        assert [*secrets.active()] == [OLD, NEW]

    def test_a_refused_secret_is_tried_last_and_not_forgotten(self, secrets: ClientSecrets) -> None:
        secrets.report(NEW, accepted=True)
        secrets.report(NEW, accepted=False)

        assert [*secrets.active()] == [OLD, NEW]

    def test_the_other_secret_is_there_after_a_refusal(self, secrets: ClientSecrets) -> None:
        assert [*secrets.read_again([NEW])] == [OLD]

    def test_where_both_are_refused_and_nothing_is_new_there_is_none(
        self, secrets: ClientSecrets
    ) -> None:
        assert [*secrets.read_again([NEW, OLD])] == []
        assert sorted(secrets.active()) == sorted([NEW, OLD])

    def test_no_secret_shows(self, secrets: ClientSecrets) -> None:
        # SP-11
        secrets.report(NEW, accepted=True)

        assert "canary" not in repr(secrets) + str(secrets)


class RereadClientSecretsContract(ClientSecretsContract):
    """Also subclass this for secrets that are read from another system."""

    @pytest.fixture
    @abstractmethod
    def publish(self) -> Publish:
        """Returns a function that replaces the secrets in the source."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the source unavailable."""

    def test_a_rotated_secret_is_found_after_a_refusal(
        self, secrets: ClientSecrets, publish: Publish
    ) -> None:
        secrets.active()
        publish("canary0third0secret0canary0x", "canary0fourth0secret0canary0")

        assert [*secrets.read_again([NEW, OLD])] == [
            "canary0third0secret0canary0x",
            "canary0fourth0secret0canary0",
        ]

    def test_the_last_ones_stay_in_use_through_an_outage_of_the_source(
        self, secrets: ClientSecrets, outage: Callable[[], None]
    ) -> None:
        secrets.active()
        outage()

        assert [*secrets.read_again([NEW, OLD])] == []
        assert sorted(secrets.active()) == sorted([NEW, OLD])
