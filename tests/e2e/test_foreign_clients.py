"""
Clients that nobody here wrote, at the local Cognito: Amazon's two for JavaScript, and pycognito.

Each of Amazon's runs all its cases in one Node process, ``tests/clients/<client>.mjs``.  The pool's
time stands still at the clients' start, so that no code of an app is too old.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from authcore.adapters.system import SystemClock
from authcore.testing.fakes.system import FrozenClock
from support.gate import AMPLE
from support.local_pool import CLIENT_ID, PASSWORD, POOL_ID, LocalPool
from support.local_sign_in import new_user


CLIENTS: Final = Path(__file__).parents[1] / "clients"
NODE: Final = shutil.which("node")
PURPOSES: Final = (
    "plain",
    "forgetful",
    "changing",
    "leaving",
    "temporary",
    "factors",
    "choosing",
)
SHARED: Final = (
    "sign_in_by_srp",
    "sign_in_by_password",
    "sign_up_and_confirm",
    "forgotten_password",
    "changed_password",
    "refresh",
    "sign_out_everywhere",
    "new_password_after_a_temporary_one",
    "attributes_of_the_user",
    "authenticator_app",
    "deleted_account",
)
OF_AMPLIFY: Final = ("chosen_factor",)

needs_node = [
    pytest.mark.node,
    pytest.mark.skipif(
        NODE is None or not (CLIENTS / "node_modules").is_dir(),
        reason="Node.js or its modules are not installed: run `make clients` to include its tests",
    ),
]


def run(client: str) -> Mapping[str, str | None]:
    """The error of each case, None for one that went well."""
    clock = FrozenClock(SystemClock().now())
    with LocalPool(client_secrets=(), clock=clock, srp_answer_window=AMPLE) as pool:
        users = {purpose: new_user(pool, f"{client}-{purpose}") for purpose in PURPOSES}
        pool.cognito.users.set_password(users["temporary"], PASSWORD, "FORCE_CHANGE_PASSWORD")
        given = {
            "url": pool.url,
            "poolId": POOL_ID,
            "clientId": CLIENT_ID,
            "users": users,
            "password": PASSWORD,
            "now": clock.now().timestamp(),
        }
        ran = subprocess.run(
            [NODE or "node", f"{client}.mjs", json.dumps(given)],
            cwd=CLIENTS,
            capture_output=True,
            text=True,
            timeout=AMPLE.total_seconds(),
            check=False,
        )
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert lines, ran.stderr
    return {line["name"]: line["error"] for line in lines}


@pytest.fixture(scope="module")
def identity_js() -> Mapping[str, str | None]:
    return run("identity-js")


@pytest.fixture(scope="module")
def amplify() -> Mapping[str, str | None]:
    return run("amplify")


class TestAmazonCognitoIdentityJs:
    """amazon-cognito-identity-js 6."""

    pytestmark = needs_node

    @pytest.mark.parametrize("case", SHARED)
    def test_case(self, identity_js: Mapping[str, str | None], case: str) -> None:
        assert identity_js[case] is None

    def test_no_other_case_ran(self, identity_js: Mapping[str, str | None]) -> None:
        assert {*identity_js} == {*SHARED}


class TestAwsAmplify:
    """aws-amplify 6."""

    pytestmark = needs_node

    @pytest.mark.parametrize("case", [*SHARED, *OF_AMPLIFY])
    def test_case(self, amplify: Mapping[str, str | None], case: str) -> None:
        assert amplify[case] is None

    def test_no_other_case_ran(self, amplify: Mapping[str, str | None]) -> None:
        assert {*amplify} == {*SHARED, *OF_AMPLIFY}
