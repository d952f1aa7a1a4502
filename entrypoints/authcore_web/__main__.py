"""
Start the auth service: ``python -m authcore_web``, with any option of ``uvicorn`` behind it.

uvicorn's event loop is uvloop where that is installed, its HTTP parser BoundedHttpProtocol.
"""

import sys
from collections.abc import Sequence
from typing import Final

import uvicorn


DEFAULTS: Final = (
    *("--factory", "authcore_web.app:from_environment"),
    *("--http", "authcore_web.bounded_http:BoundedHttpProtocol"),
)


def main(options: Sequence[str]) -> None:
    """Serve until a signal arrives; *options* of uvicorn override the defaults."""
    uvicorn.main.main(args=[*DEFAULTS, *options], prog_name="python -m authcore_web")


if __name__ == "__main__":
    main(sys.argv[1:])
