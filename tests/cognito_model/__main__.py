"""Compare a model of ``cognito-idp`` with the recorded one; ``make cognito-model`` runs it."""

import argparse
import gzip
import json
import sys
from pathlib import Path
from typing import Final, cast

from cognito_model.model import DESCRIBING, Digest, Model, differences, digest_of
from deploy.roots import ROOTS
from support.reachable_calls import reachable_operations


RECORDED: Final = Path(__file__).with_name("recorded.json")
WHERE: Final = "botocore/data/cognito-idp/2016-04-18/service-2.json.gz"
SERVICE: Final = "cognito-idp:"


def main(arguments: list[str]) -> int:
    """
    Print what is new, gone or changed in the botocore of a folder.

    Returns:
        0: nothing is; 1: something is; 2: there is no such model.
    """
    parser = argparse.ArgumentParser(prog="cognito_model", description=__doc__)
    parser.add_argument("folder", type=Path, help="where botocore is installed")
    parser.add_argument("--record", action="store_true", help="record this model instead")
    given = parser.parse_args(arguments)
    used = used_operations() if given.record else read_recorded()["members"]
    try:
        newest = digest_of(read_model(given.folder), used)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"no model of cognito-idp in {given.folder}: {type(error).__name__}\n")
        return 2
    if given.record:
        RECORDED.write_text(f"{json.dumps(newest, indent=1)}\n", encoding="utf-8")
        return 0
    found = list(differences(read_recorded(), newest))
    sys.stdout.write("".join(f"{each}\n" for each in found) or "nothing is new\n")
    return 1 if found else 0


def read_model(folder: Path) -> Model:
    """Read the model of the botocore in *folder*."""
    return cast("Model", json.loads(gzip.decompress((folder / WHERE).read_bytes())))


def read_recorded() -> Digest:
    """Read the recorded digest."""
    return cast("Digest", json.loads(RECORDED.read_text(encoding="utf-8")))


def used_operations() -> frozenset[str]:
    """Give the operations that a door can call, and those that describe pools."""
    reachable = {each for roots in ROOTS.values() for each in reachable_operations(*roots)}
    called = {each.removeprefix(SERVICE) for each in reachable if each.startswith(SERVICE)}
    return frozenset({*called, *DESCRIBING})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
