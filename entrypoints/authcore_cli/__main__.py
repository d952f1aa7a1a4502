"""Entry point of ``authcore`` and of ``python -m authcore_cli``."""

import sys
from typing import Final


EXIT_USAGE: Final = 2


def main() -> None:
    """Run the command of this process; report a missing package in one line."""
    try:
        from authcore_cli.app import main as run_command  # noqa: PLC0415 - may not be installed
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("authcore"):
            raise
        sys.stderr.write(
            f"authcore: the command needs {error.name}, which is not here: "
            "install authcore-cognito[cli]\n"
        )
        sys.exit(EXIT_USAGE)
    run_command()


if __name__ == "__main__":
    main()
