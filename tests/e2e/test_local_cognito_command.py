"""``authcore-local``: the local Cognito alone, for clients of this machine."""

import io
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import boto3
import pytest

from authcore import token_validator
from authcore.adapters.http import HttpClient
from authcore.domain.model.pools import JWKS_PATH
from authcore_local.__main__ import main
from authcore_local.legacy import SEED_USERS, LegacySystem
from authcore_local.pool_file import EXAMPLE, PoolFile, PoolFileError
from authcore_local.served_pool import ServedPool
from authcore_local.servers import LoopbackServer, PortTakenError
from support.gate import AMPLE


FREE: Final = EXAMPLE.replace("pool: 9229", "pool: 0").replace("replica: none", "replica: 0")


@pytest.fixture(scope="module", name="pool")
def _pool() -> Iterator[ServedPool]:
    with ServedPool(PoolFile.parse(FREE), fresh_keys=False) as pool:
        yield pool


@contextmanager
def _client(pool: ServedPool, variables: dict[str, str]) -> Iterator[Any]:
    """A client of boto3 that knows the variables only."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        client = boto3.client("cognito-idp")
        yield client
        client.close()


def test_boto3_finds_the_pool_by_the_printed_variables(pool: ServedPool) -> None:
    variables = {n: v for n, v in pool.environment.items() if n.startswith("AWS_")}
    with _client(pool, variables) as client:
        users = client.list_users(UserPoolId=pool.config.pool_id)["Users"]
    assert [user["Username"] for user in users] == ["anna", "bert"]
    assert [user["UserStatus"] for user in users] == ["CONFIRMED", "FORCE_CHANGE_PASSWORD"]


def test_tokens_of_the_pool_are_valid_for_the_printed_settings(pool: ServedPool) -> None:
    given = pool.environment
    validator = token_validator(
        user_pool_id=given["AUTHCORE_COGNITO_USER_POOL_ID"],
        client_id=given["AUTHCORE_COGNITO_CLIENT_ID"],
        issuer=given["AUTHCORE_COGNITO_ISSUER"].split()[0],
    )
    claims = validator.verify_access_token(pool.begin_session("anna").access_token)
    assert claims.username == "anna"


@pytest.mark.parametrize(
    ("registered", "printed"),
    [
        (("http://localhost:8000/callback",), None),
        (
            ("http://localhost:8000/callback", "http://127.0.0.1:8401/auth/signin/callback"),
            "http://127.0.0.1:8401/auth/signin/callback",
        ),
    ],
)
def test_only_a_callback_that_the_auth_service_accepts_is_printed_as_its_setting(
    registered: tuple[str, ...], printed: str | None
) -> None:
    listed = ", ".join(f'"{url}"' for url in registered)
    text = FREE.replace('"http://localhost:8000/callback"', listed)
    with ServedPool(PoolFile.parse(text), fresh_keys=False) as served:
        assert served.environment.get("AUTHCORE_SIGN_IN_CALLBACK_URL") == printed


def test_the_replica_serves_the_same_pool_and_refuses_writes(pool: ServedPool) -> None:
    variables = {n: v for n, v in pool.environment.items() if n.startswith("AWS_")}
    assert pool.replica_url
    changed = {**variables, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": pool.replica_url}
    with _client(pool, changed) as client:
        who: dict[str, str] = {"UserPoolId": pool.config.pool_id, "Username": "anna"}
        assert client.admin_get_user(**who)["Enabled"]
        with pytest.raises(client.exceptions.ClientError, match="OperationNotEnabledException"):
            client.admin_disable_user(**who)


def test_the_pool_answers_to_its_own_names_only(pool: ServedPool) -> None:
    http = HttpClient(within=AMPLE, max_bytes=100_000)
    own, foreign = "cognito.localhost", "rebound.example"
    found = {
        host: http.request("GET", f"{pool.config.issuer}{JWKS_PATH}", headers={"host": host}).status
        for host in (own, foreign)
    }
    http.close()
    assert found == {own: 200, foreign: 421}


def test_a_user_who_does_not_conform_is_an_error_of_the_file() -> None:
    text = "ports: {pool: 0}\nusers:\n- username: a\n  attributes: {shoe_size: '42'}\n"
    with pytest.raises(PoolFileError, match=r"pool:3: users\[0\]: .*does not exist in the schema"):
        ServedPool(PoolFile.parse(text), fresh_keys=False)


def test_a_taken_port_is_named_and_nothing_stays_bound() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file = attrs.evolve(PoolFile.parse("{}"), port=port)
        with pytest.raises(PortTakenError, match=f"port {port} of 127.0.0.1, wanted for pool"):
            ServedPool(file, fresh_keys=False)


def _run(arguments: list[str]) -> tuple[int, str, str]:
    out, err, stop = io.StringIO(), io.StringIO(), threading.Event()
    stop.set()
    return main(arguments, out=out, err=err, stop=stop), out.getvalue(), err.getvalue()


def test_the_command_prints_addresses_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text(FREE, encoding="utf-8")
    status, out, err = _run(["--config", str(tmp_path / "pool.yaml")])
    assert (status, err) == (0, "")
    for shown in ("issuer", "jwks.json", "localclient01", "eu-local-1_Local0001", "http://127.0.0"):
        assert shown in out
    assert "secret" not in out


def test_print_env_leaves_nothing_else_on_standard_output(tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text(FREE, encoding="utf-8")
    status, out, err = _run(["--config", str(tmp_path / "pool.yaml"), "--print-env"])
    variables = dict(line.split("=", 1) for line in shlex.split(out))
    assert status == 0
    assert variables["AUTHCORE_SIGN_IN_CLIENT_SECRET"] == "local-client-secret"
    assert variables["AUTHCORE_COGNITO_ISSUER"].count("http://") == 2
    assert "issuer" in err


def test_a_wrong_file_ends_the_command_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "pool.yaml").write_text("pool:\n  colour: red\n", encoding="utf-8")
    status, out, err = _run(["--config", str(tmp_path / "pool.yaml")])
    assert (status, out) == (2, "")
    assert "pool.yaml:2: pool.colour: is unknown" in err


def test_the_example_can_be_printed() -> None:
    assert _run(["--example"]) == (0, EXAMPLE, "")


BESIDE: Final = """
def handler(event, context):
    open(__file__ + ".fired", "w").close()
    return event
"""


@contextmanager
def _program(config: Path, variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """``authcore-local``, and the variables that it prints; SIGTERM ends it with status 0."""
    path = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("src", "entrypoints"))
    with subprocess.Popen(
        [sys.executable, "-m", "authcore_local", "--config", str(config), "--print-env"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": path, **variables},
        text=True,
    ) as process:
        assert process.stdout
        lines = [next(process.stdout) for _ in range(11)]
        yield dict(line.split("=", 1) for line in shlex.split("".join(lines)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=AMPLE.total_seconds()) == 0


def test_the_program_fires_authcores_own_trigger_and_one_beside_the_file(tmp_path: Path) -> None:
    """A function of authcore reads its variables from the environment, as in Lambda."""
    jane, key = SEED_USERS[0], "a-key-of-a-test"
    (tmp_path / "own_trigger.py").write_text(BESIDE, encoding="utf-8")
    triggers = (
        "{user_migration: 'authcore_lambda.user_migration:handler',"
        " post_authentication: 'own_trigger:handler'}"
    )
    config = tmp_path / "pool.yaml"
    config.write_text(f"ports: {{pool: 0}}\ntriggers: {triggers}\n", encoding="utf-8")
    with LoopbackServer(LegacySystem([jane], key).app) as legacy:
        variables = {"AUTHCORE_LEGACY_URL": legacy.url, "AUTHCORE_LEGACY_API_KEY": key}
        with _program(config, variables) as printed:
            with pytest.MonkeyPatch.context() as patch:
                for name, value in printed.items():
                    patch.setenv(name, value)
                client = boto3.client("cognito-idp")
            answer = client.initiate_auth(
                ClientId=printed["AUTHCORE_COGNITO_CLIENT_ID"],
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": jane.username, "PASSWORD": jane.password},
            )
            client.close()
    assert answer["AuthenticationResult"]["AccessToken"]
    assert (tmp_path / "own_trigger.py.fired").exists()
