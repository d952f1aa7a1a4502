"""
Start the auth service: ``python -m authcore_web``, with any option of ``uvicorn`` behind it.

uvicorn's event loop is uvloop where that is installed, its HTTP parser BoundedHttpProtocol.  The
port is the one that the proxies in ``deploy`` call.  At SIGTERM the service accepts no more
connections, finishes the requests that it has, and ends.
"""

import sys
from collections.abc import Sequence
from typing import Final

import uvicorn


FINISHING_SECONDS: Final = 8
"""
How long the requests in progress may take after SIGTERM.

Docker and Podman kill a container ten seconds after it, Kubernetes and ECS thirty.
"""

DEFAULTS: Final = (
    *("--factory", "authcore_web.app:from_environment"),
    *("--http", "authcore_web.bounded_http:BoundedHttpProtocol"),
    *("--port", "8401"),
    *("--timeout-graceful-shutdown", str(FINISHING_SECONDS)),
)


def main(options: Sequence[str]) -> None:
    """Serve until a signal arrives; *options* of uvicorn override the defaults."""
    uvicorn.main.main(args=[*DEFAULTS, *options], prog_name="python -m authcore_web")


if __name__ == "__main__":
    main(sys.argv[1:])
