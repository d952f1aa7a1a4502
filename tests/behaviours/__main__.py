"""``make behaviours``: check every emulator and update the table of docs/local-cognito.md."""

import sys
from contextlib import ExitStack
from typing import Final

from behaviours.checks import CHECKS
from behaviours.others import cognito_local, ministack, moto
from behaviours.pools import LocalCognitoHere
from behaviours.table import holds, table_of, write


OTHERS: Final = (moto, cognito_local, ministack)


def main() -> int:
    """Print what differs; 1 where the local Cognito itself does."""
    with ExitStack() as running:
        ours = LocalCognitoHere()
        emulators = [ours, *(running.enter_context(other()) for other in OTHERS)]
        found = {each.name: [holds(check, each) for check in CHECKS] for each in emulators}
    write(table_of(found))
    for name, results in found.items():
        print(f"{name}: {sum(results)} of {len(results)}")
    return 0 if all(found[ours.name]) else 1


if __name__ == "__main__":
    sys.exit(main())
