"""Variables as lines that a shell can read."""

import shlex
from collections.abc import Mapping


def variable_lines(variables: Mapping[str, str]) -> str:
    """Return ``NAME=value`` lines, quoted for a POSIX shell: ``set -a; . ./local.env``."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
