"""What every reader of a deployment does."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.domain.errors import UnavailableError
from authcore.domain.model.surroundings import POOL_ID
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.inspection import (
    FunctionInspection,
    PoolInspection,
    QueueInspection,
    SiteInspection,
    TableInspection,
)
from authcore.testing.contracts.suite import ContractSuite


class PoolInspectionContract(ContractSuite):
    """
    Subclass it, and say which pool.

    It has the id ``eu-west-1_Contract1``, one app client ``contract`` with a secret, the attributes
    of authcore, the provider Google and a domain; it has no threat protection and no web ACL.
    """

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> PoolInspection:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def domain_name(self) -> str:
        """Returns the name of the pool's domain."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes everything unreadable."""

    def test_the_pool_has_the_attributes_of_its_schema(self, inspection: PoolInspection) -> None:
        pool = inspection.pool()

        assert pool.arn.endswith(":userpool/eu-west-1_Contract1")
        for name in (LEGACY_UID, LEGACY_LINKED):
            assert pool.attributes[name].is_mutable
            assert pool.attributes[name].max_length == 2_048

    def test_a_client_has_its_secret_and_shows_it_in_no_repr(
        self, inspection: PoolInspection
    ) -> None:
        (client,) = inspection.clients()

        assert client.client_id == "contract"
        assert client.secret is not None
        assert client.secret not in repr(client)

    def test_a_client_has_its_flows_urls_and_lifetimes(self, inspection: PoolInspection) -> None:
        (client,) = inspection.clients()

        assert "ALLOW_USER_PASSWORD_AUTH" in client.flows
        assert client.grants == {"code"}
        assert client.callback_urls == ("http://127.0.0.1:8401/callback",)
        assert {"COGNITO", "Google"} <= client.providers
        assert client.access_lifetime == timedelta(hours=1)
        assert client.refresh_lifetime == timedelta(days=30)

    def test_the_domain_is_the_pools(self, inspection: PoolInspection, domain_name: str) -> None:
        found = inspection.domain(domain_name)

        assert found is not None
        assert (found.pool_id, found.status) == ("eu-west-1_Contract1", "ACTIVE")

    def test_another_domain_does_not_exist(self, inspection: PoolInspection) -> None:
        assert inspection.domain("another") is None

    def test_a_provider_says_what_it_writes(self, inspection: PoolInspection) -> None:
        (google,) = [each for each in inspection.providers() if each.name == "Google"]

        assert google.mapping["email_verified"] == "email_verified"
        assert {"openid", "email"} <= google.scopes

    def test_a_pool_without_protection_blocks_nothing(self, inspection: PoolInspection) -> None:
        assert not inspection.threats().blocks_compromised
        assert inspection.threats().takeover_actions == {}
        assert not inspection.has_web_acl(inspection.pool().arn)

    def test_an_outage_is_no_answer(
        self, inspection: PoolInspection, outage: Callable[[], None]
    ) -> None:
        outage()

        for read in (inspection.pool, inspection.clients, inspection.providers, inspection.threats):
            with pytest.raises(UnavailableError):
                read()
        with pytest.raises(UnavailableError):
            inspection.domain("another")
        with pytest.raises(UnavailableError):
            inspection.has_web_acl("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/any")


class FunctionInspectionContract(ContractSuite):
    """Subclass it, and say where functions are."""

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> FunctionInspection:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def arn(self) -> str:
        """Returns the ARN of a function with the handler of user migration, for one pool."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes functions unreadable."""

    def test_a_function_has_handler_limit_and_state(
        self, inspection: FunctionInspection, arn: str
    ) -> None:
        found = inspection.function(arn)

        assert found is not None
        assert found.handler == "authcore_lambda.user_migration.handler"
        assert found.timeout == timedelta(seconds=5)
        assert (found.state, found.update) == ("Active", "Successful")
        assert found.variables[POOL_ID] == "eu-west-1_Contract1"

    def test_its_own_pool_may_invoke_it_and_no_other(
        self, inspection: FunctionInspection, arn: str
    ) -> None:
        found = inspection.function(arn)

        assert found is not None
        (permission,) = found.permissions
        pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_"
        assert permission.admits(f"{pool}Contract1")
        assert not permission.admits(f"{pool}Contract2")

    def test_there_is_no_other_function(self, inspection: FunctionInspection, arn: str) -> None:
        assert inspection.function(f"{arn}-gone") is None

    def test_an_outage_is_no_answer(
        self, inspection: FunctionInspection, arn: str, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(UnavailableError):
            inspection.function(arn)


class TableInspectionContract(ContractSuite):
    """Subclass it, and say where tables are."""

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> TableInspection:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def name(self) -> str:
        """Returns the name of a table with the key ``pk`` and a time to live on ``expires``."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes tables unreadable."""

    def test_a_table_has_key_and_time_to_live(self, inspection: TableInspection, name: str) -> None:
        found = inspection.table(name)

        assert found is not None
        assert found.status == "ACTIVE"
        assert (found.keys, found.key_types) == ({"pk": "HASH"}, {"pk": "S"})
        assert found.ttl_attribute == "expires"

    def test_there_is_no_other_table(self, inspection: TableInspection, name: str) -> None:
        assert inspection.table(f"{name}-gone") is None

    def test_an_outage_is_no_answer(
        self, inspection: TableInspection, name: str, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(UnavailableError):
            inspection.table(name)


class QueueInspectionContract(ContractSuite):
    """Subclass it, and say where queues are."""

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> QueueInspection:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def url(self) -> str:
        """Returns the URL of a queue that holds three messages."""

    @pytest.fixture
    @abstractmethod
    def empty_url(self) -> str:
        """Returns the URL of a queue that holds none."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes queues unreadable."""

    def test_messages_are_counted(
        self, inspection: QueueInspection, url: str, empty_url: str
    ) -> None:
        assert inspection.depth(url) == 3
        assert inspection.depth(empty_url) == 0

    def test_there_is_no_other_queue(self, inspection: QueueInspection, url: str) -> None:
        assert inspection.depth(f"{url}-gone") is None

    def test_an_outage_is_no_answer(
        self, inspection: QueueInspection, url: str, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(UnavailableError):
            inspection.depth(url)


class SiteInspectionContract(ContractSuite):
    """Subclass it, and say where a site is."""

    @pytest.fixture
    @abstractmethod
    def inspection(self) -> SiteInspection:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def url(self) -> str:
        """Returns a URL that redirects to ``https://elsewhere.example/``; its body is ``no``."""

    @pytest.fixture
    @abstractmethod
    def silent_url(self) -> str:
        """Returns a URL where nothing listens."""

    def test_an_answer_is_returned_as_it_is(self, inspection: SiteInspection, url: str) -> None:
        answer = inspection.look(url, {"accept": "text/html"})

        assert (answer.status, answer.body) == (302, b"no")
        assert answer.header("location") == "https://elsewhere.example/"
        assert answer.header("x-missing") == ""

    def test_an_answer_has_its_times(self, inspection: SiteInspection, url: str) -> None:
        answer = inspection.look(url)

        assert answer.asked_at <= answer.answered_at
        assert answer.dated is not None
        assert answer.dated.utcoffset() == timedelta(0)

    def test_silence_is_no_answer(self, inspection: SiteInspection, silent_url: str) -> None:
        with pytest.raises(UnavailableError):
            inspection.look(silent_url)
