"""A call of the app client while its secret is being replaced."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.adapters.client_secrets import FixedClientSecrets, RereadClientSecrets
from authcore.adapters.cognito.client_authentication import MAX_CALLS, with_secret
from authcore.adapters.secrets.reread_secret import RereadSecret
from authcore.domain.errors import (
    ClientMisconfiguredError,
    ConfigurationError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.client_secrets import InMemoryClientSecrets
from authcore.testing.fakes.secrets import InMemorySecretSource
from authcore.testing.fakes.system import FrozenClock


AMPLE = timedelta(minutes=5)


class Provider:
    """Accepts the calls that come with one of its secrets."""

    def __init__(self, *active: str, answer: Callable[[], str] = lambda: "answered") -> None:
        self.active = active
        self.sent: list[str] = []
        self._answer = answer

    def __call__(self, secret: str, _: timedelta) -> str:
        self.sent.append(secret)
        if secret not in self.active:
            raise ClientMisconfiguredError("refused", detail="invalid_client")
        return self._answer()


def test_the_first_secret_is_enough_where_it_is_accepted() -> None:
    provider = Provider("new")

    assert with_secret(InMemoryClientSecrets("new", "old"), AMPLE, provider) == "answered"
    assert provider.sent == ["new"]


def test_the_other_secret_is_tried_and_preferred_from_then_on() -> None:
    provider, secrets = Provider("old"), InMemoryClientSecrets("new", "old")

    for _ in range(2):
        with_secret(secrets, AMPLE, provider)

    assert provider.sent == ["new", "old", "old"]
    assert secrets.reads == 0


def test_a_secret_that_was_rotated_meanwhile_is_read_and_tried() -> None:
    provider, secrets = Provider("old"), InMemoryClientSecrets("old", "older")
    with_secret(secrets, AMPLE, provider)
    provider.active, secrets.published = ("new",), ("new", "old")

    assert with_secret(secrets, AMPLE, provider) == "answered"
    assert provider.sent == ["old", "old", "older", "new"]
    assert secrets.reads == 1


def test_where_every_secret_is_refused_the_client_is_and_the_calls_are_bounded() -> None:
    # RF-02
    provider, secrets = Provider(), InMemoryClientSecrets("b", "a")
    secrets.active()
    secrets.published = ("d", "c")

    with pytest.raises(ClientMisconfiguredError) as error:
        with_secret(secrets, AMPLE, provider)

    assert error.value.detail == "invalid_client"
    assert len(provider.sent) == len({*provider.sent}) == MAX_CALLS == 4
    assert secrets.reads == 1


def test_an_outage_of_the_source_leaves_the_known_secrets_in_use() -> None:
    provider, secrets = Provider("old"), InMemoryClientSecrets("new", "old")
    secrets.active()
    secrets.available = False

    assert with_secret(secrets, AMPLE, provider) == "answered"


def test_without_a_secret_nothing_is_sent() -> None:
    provider, secrets = Provider("old"), InMemoryClientSecrets("old")
    secrets.available = False

    with pytest.raises(ProviderNotReachedError):
        with_secret(secrets, AMPLE, provider)
    assert provider.sent == []


def test_another_secret_cures_no_refused_kind_of_request() -> None:
    sent: list[str] = []

    def refuse(secret: str, _: timedelta) -> None:
        sent.append(secret)
        raise ClientMisconfiguredError("refused", detail="unauthorized_client")

    with pytest.raises(ClientMisconfiguredError):
        with_secret(FixedClientSecrets(("new", "old")), AMPLE, refuse)
    assert sent == ["new"]


def test_an_outage_says_nothing_about_the_secret_and_is_not_repeated() -> None:
    def fail() -> str:
        raise ProviderUnavailableError("no answer")

    provider, secrets = Provider("new", "old", answer=fail), InMemoryClientSecrets("new", "old")

    with pytest.raises(ProviderUnavailableError):
        with_secret(secrets, AMPLE, provider)
    assert (provider.sent, secrets.reported) == (["new"], [])


def test_a_refused_token_is_an_accepted_client() -> None:
    def refuse() -> str:
        raise RefreshTokenRejectedError("revoked")

    provider, secrets = Provider("old", answer=refuse), InMemoryClientSecrets("new", "old")

    with pytest.raises(RefreshTokenRejectedError):
        with_secret(secrets, AMPLE, provider)
    assert secrets.reported == [("new", False), ("old", True)]


def test_without_time_left_the_other_secret_is_not_tried_and_the_client_is_not_blamed() -> None:
    provider = Provider("old")

    with pytest.raises(ProviderUnavailableError) as error:
        with_secret(FixedClientSecrets(("new", "old")), timedelta(0), provider)

    assert not isinstance(error.value, ClientMisconfiguredError)
    assert provider.sent == ["new"]


@pytest.mark.parametrize("secrets", [(), ("",), ("a", "a"), ("a", "b", "c")])
def test_an_app_client_has_one_or_two_secrets(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError) as error:
        FixedClientSecrets(secrets)
    assert "canary" not in str(error.value)


def test_however_many_threads_run_into_a_rotation_the_source_is_read_once() -> None:
    """Half of them send the old secret, and some the new one, while a read is under way."""
    # RF-02
    source = InMemorySecretSource("old")
    secret = RereadSecret(
        lambda: tuple(source.read()), name="X", clock=FrozenClock(), audit=InMemoryAuditLog()
    )
    secrets, provider = RereadClientSecrets(secret), Provider("old")
    with_secret(secrets, AMPLE, provider)
    provider.active, source.texts, provider.sent = ("new",), ("new", "old"), []
    together = threading.Barrier(32)
    answers: list[str] = []

    def call() -> None:
        together.wait()
        answers.append(with_secret(secrets, AMPLE, provider))

    threads = [threading.Thread(target=call) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["answered"] * 32
    assert source.reads == 2
    assert provider.sent.count("new") == 32
    assert len(provider.sent) <= 64
