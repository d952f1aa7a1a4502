"""Property tests have no network."""

from support.no_sockets import no_sockets


__all__ = ["no_sockets"]
