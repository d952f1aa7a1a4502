"""Which function ships what."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs


ROOT: Final = Path(__file__).parents[3]
REQUIREMENTS: Final = ROOT / "requirements"
PACKAGES: Final[Mapping[str, Path]] = {
    "authcore": ROOT / "src" / "authcore",
    "authcore_lambda": ROOT / "entrypoints" / "authcore_lambda",
    "authcore_web": ROOT / "entrypoints" / "authcore_web",
}
AWS_APIS: Final = ("cognito-idp", "dynamodb", "secretsmanager")
"""The APIs that authcore's adapters call; botocore's descriptions of 400 others stay behind."""

ARCHITECTURES: Final[Mapping[str, str]] = {
    "x86_64": "x86_64-manylinux_2_34",
    "arm64": "aarch64-manylinux_2_34",
}
"""
Lambda's name of each, and uv's.  Runtimes from python3.12 on run on Amazon Linux 2023, whose glibc
is 2.34.
"""


@attrs.frozen(kw_only=True)
class Function:
    """
    One Lambda function.

    Attributes:
        module: Has the ``handler``.
        lock: Name of the lock file of its dependencies, without the suffix; functions with the same
            lock ship the same.
        packages: Names of our packages that it ships.
    """

    module: str
    lock: str = "account-linking"
    packages: tuple[str, ...] = ("authcore", "authcore_lambda")

    @property
    def handler(self) -> str:
        """What Lambda calls the ``Handler`` of the function."""
        return f"{self.module}.handler"


FUNCTIONS: Final[Mapping[str, Function]] = {
    "user-migration": Function(module="authcore_lambda.user_migration", lock="user-migration"),
    "account-linking": Function(module="authcore_lambda.account_linking"),
    "pre-sign-up": Function(module="authcore_lambda.pre_sign_up"),
    "pre-token-generation": Function(module="authcore_lambda.pre_token_generation"),
    "inbound-federation": Function(module="authcore_lambda.inbound_federation"),
    "profile-sync": Function(module="authcore_lambda.profile_sync"),
    "authorizer": Function(module="authcore_lambda.authorizer", lock="authorizer"),
    "web-function": Function(
        module="authcore_lambda.web",
        lock="web-function",
        packages=("authcore", "authcore_lambda", "authcore_web"),
    ),
}
"""By their names in ``authcore config check --door``."""
