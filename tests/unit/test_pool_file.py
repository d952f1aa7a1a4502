"""The file of ``authcore-local --config``: what it says, and where it is wrong."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from authcore_local.pool_file import EXAMPLE, PoolFile, PoolFileError, read_pool_file
from authcore_local.pool_file.members import parse


def problem(text: str) -> str:
    with pytest.raises(PoolFileError) as caught:
        PoolFile.parse(text, "pool.yaml")
    return str(caught.value)


def test_the_example_has_every_member_and_is_the_pool_that_it_says() -> None:
    file = PoolFile.parse(EXAMPLE)
    config = file.config(9229)

    assert (file.port, file.replica) == (9229, None)
    assert config.region == "eu-local-1"
    assert config.issuer == "http://127.0.0.1:9229/eu-local-1_Local0001"
    assert config.domain == "http://cognito.localhost:9229"
    assert config.client_secrets == ("local-client-secret",)
    assert config.refresh_token_rotation
    assert config.retry_grace_period == timedelta(seconds=30)
    assert [client.client_id for client in config.machine_clients] == ["orders"]
    assert [user.username for user in file.users] == ["anna", "bert"]
    assert file.triggers.user_migration is None


def test_an_empty_mapping_is_a_pool_with_a_public_client() -> None:
    config = PoolFile.parse("{}").config(1)
    assert config.is_public
    assert config.callback_urls


def test_json_is_read_indented_by_tabs_too() -> None:
    text = json.dumps({"client": {"id": "app", "scopes": ["openid"]}}, indent="\t")
    assert PoolFile.parse(text).config(1).client_id == "app"


def test_texts_are_taken_as_they_are_written() -> None:
    file = PoolFile.parse("users: [{username: 007, password: 0123}]")
    assert (file.users[0].username, file.users[0].password) == ("007", "0123")


def test_a_trigger_is_a_function_of_a_module() -> None:
    file = PoolFile.parse("triggers: {pre_sign_up: 'operator:is_', user_migration: none}")
    attached = file.triggers.attached_to("PreSignUp_SignUp")
    assert attached
    assert attached.__name__ == "is_"
    assert file.triggers.user_migration is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "pool.yaml: is empty"),
        ("[]", "pool.yaml:1: must be a mapping"),
        ("pool:\n  id: *x\n", "pool.yaml:2: is neither YAML nor JSON"),
        ("a: [", "pool.yaml:1: is neither YAML nor JSON"),
        ("\x00", "pool.yaml: is neither YAML nor JSON"),
        ("pools: {}", "pool.yaml:1: pools: is unknown; here can be ports, pool"),
        ("pool: {}\npool: {}", "pool.yaml:2: pool: stands here twice"),
        ("pool:\n  id: here", "pool.yaml:2: pool.id: must be a region"),
        ("pool:\n  mfa: MAYBE", "pool.yaml:2: pool.mfa: must be OFF, OPTIONAL, ON"),
        ("pool:\n  self_sign_up: perhaps", "pool.yaml:2: pool.self_sign_up: must be true or false"),
        ("pool:\n  domain: ftp://x", "pool.yaml:2: pool.domain: must be an absolute URL"),
        ("pool:\n  custom_attributes: [{}]", "pool.custom_attributes[0]: must have a name"),
        (
            "pool: {custom_attributes: [{name: uid}]}",
            "pool.custom_attributes: custom_attributes must be custom:",
        ),
        ("ports: {pool: 65536}", "pool.yaml:1: ports.pool: must be a number from 0 to 65535"),
        ("client:\n  callback_urls:\n  - x", "pool.yaml:3: client.callback_urls[0]: must be an"),
        ("client: {callback_urls: x}", "client.callback_urls: must be a list"),
        ("client:\n  secrets: [a, b, c]", ":2: client.secrets: client_secrets must be at most two"),
        ("client: {id: [x]}", "client.id: must be a text"),
        ("providers: [Myspace]", "providers[0]: must be Google, Facebook, SignInWithApple"),
        ("machine_clients: [{id: m}]", "machine_clients[0]: must have secrets"),
        ("lifetimes:\n  access_token: 4 minutes", ":2: lifetimes.access_token: must be 5 minutes"),
        ("lifetimes: {grace: 5}", "lifetimes.grace: must be 0 seconds to 1 minute"),
        ("triggers: {pre_sign_up: json}", "triggers.pre_sign_up: must be module:function"),
        ("triggers: {pre_sign_up: 'no_such:x'}", "cannot be imported: ModuleNotFoundError"),
        ("triggers: {pre_sign_up: 'json:nothing'}", "pre_sign_up: has no such function"),
        ("users: [{}]", "users[0]: must have a username"),
        ("users: [{username: a, status: NEW}]", "users[0].status: must be UNCONFIRMED"),
    ],
)
def test_an_error_names_line_and_member(text: str, told: str) -> None:
    assert told in problem(text)


def test_no_error_quotes_a_value() -> None:
    # K: a password that YAML takes for something else
    for value in ("*canary-secret", "{canary-secret", "[canary-secret]"):
        assert "canary-secret" not in problem(f"users:\n- username: a\n  password: {value}\n")


def test_bounds_are_stated() -> None:
    with pytest.raises(PoolFileError, match="must have at most 2 items"):
        parse("[a, b, c]", "pool.yaml").items(at_most=2)
    assert "longer than 4000000 characters" in problem("#" * 4_000_001)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        PoolFileError, match=r"none\.yaml: cannot be read: No such file or directory"
    ):
        read_pool_file(tmp_path / "none.yaml")
