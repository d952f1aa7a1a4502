"""``AUTHCORE_MOVE_*``: the runs of ``authcore move``."""

import re
from pathlib import Path
from typing import ClassVar, Final, Literal, get_args

import attrs

from authcore.domain.model.moves import RunTarget
from authcore.settings.parsers import integer, matching, one_of
from authcore.settings.reader import Check, setting


PasswordHashing = Literal["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"]
"""``PasswordHashingAlgorithm`` of CreateUserImportJob."""

DEFAULT_RUNS: Final = Path("authcore-runs")

_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[!-~]{1,512}")
_COLUMN: Final = re.compile(r"[!-+\--~]{1,64}")


def runs_folder(text: str) -> Path:
    """Parse the path of a folder, which need not exist."""
    if "\0" in text or len(text) > 4_096:
        raise ValueError("must be the path of a folder")
    return Path(text)


def _is_half(hash_column: str | None, hashing: str | None, target: RunTarget) -> str | None:
    if (hash_column is None) != (hashing is None):
        return (
            "AUTHCORE_MOVE_HASH_COLUMN and AUTHCORE_MOVE_HASHING go together: only one of them is "
            "set"
        )
    if hash_column is not None and target != "import":
        return (
            "AUTHCORE_MOVE_HASH_COLUMN is wrong: only an import takes password hashes, and "
            f"AUTHCORE_MOVE_TARGET is {target}"
        )
    return None


@attrs.frozen(kw_only=True, eq=False)
class MoveSettings:
    """The runs of ``authcore move``."""

    CHECKS: ClassVar = (Check(("hash_column", "hashing", "target"), _is_half),)

    runs: Path = setting(
        runs_folder,
        "path of a folder",
        "where runs are kept: they hold names, addresses and, until they are executed, password "
        "hashes; readable by their owner only, and to be on an encrypted disk",
        default=DEFAULT_RUNS,
    )
    target: RunTarget = setting(
        one_of(*get_args(RunTarget)),
        "import or create",
        "how users get into the pool: by CSV import jobs, or one by one by AdminCreateUser",
        default="create",
    )
    hash_column: str | None = setting(
        matching(_COLUMN, "must be the name of a column, as GetCSVHeader gives it"),
        "name of a column",
        "column of import files for password hashes, where GetCSVHeader names one; none by "
        "default, and no hash is read then",
        default=None,
    )
    hashing: PasswordHashing | None = setting(
        one_of(*get_args(PasswordHashing)),
        "BCRYPT, SCRYPT, ARGON2ID or PBKDF2_SHA256",
        "algorithm of the source's password hashes",
        default=None,
    )
    import_role_arn: str | None = setting(
        matching(_ROLE, "must be the ARN of an IAM role"),
        "ARN",
        "role by which Cognito writes the log of an import job; a run with target import needs it",
        default=None,
    )
    leave_percent: int = setting(
        integer(0, 95),
        "whole number, 0-95",
        "percent of Cognito's request quotas that a run leaves to sign-ups and sign-ins",
        default=20,
    )
