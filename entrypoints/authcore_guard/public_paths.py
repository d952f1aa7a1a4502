"""Public paths."""

from collections.abc import Iterable

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.paths import is_plain, public_path_problems


class PublicPaths:
    """
    Paths that need no sign-in: exact ones, and prefixes, which end with a slash.

    ``/`` is the home page and nothing below it.  A path is public only if it is plain (see
    ``is_plain``): a path that two servers may read differently needs a sign-in.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        """
        Check *paths*.

        Raises:
            ConfigurationError: Names each one that is not plain.
        """
        given = tuple(paths)
        if problems := public_path_problems(given):
            raise ConfigurationError(problems)
        self._exact = frozenset(given)
        self._prefixes = tuple(path for path in given if path.endswith("/") and path != "/")

    def cover(self, path: str, *, raw_path: str | None) -> bool:
        """
        Whether *path* needs no sign-in.

        Args:
            path: As the application routes it.

            raw_path: As the client sent it, if known; it must be plain, too.
        """
        if not is_plain(path) or not is_plain(raw_path or ""):
            return False
        return path in self._exact or path.startswith(self._prefixes)
