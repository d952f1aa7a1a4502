"""Streams whose failures end the command with one line, not with a traceback."""

import io
import os
from typing import TextIO


class UnwrittenError(Exception):
    """What the command had to say did not get out.  Its text is the system's reason."""


class OutputStream(io.TextIOBase):
    """
    A stream that writes what its encoding lacks as an escape sequence.

    Raises:
        UnwrittenError: From every method: a full disk, a closed pipe, a closed stream.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write to *stream*."""
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of the stream."""
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Of the stream."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Write *text*."""
        written = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        try:
            self._stream.write(written)
        except (OSError, ValueError) as error:
            raise self._give_up(error) from None
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise self._give_up(error) from None

    def _give_up(self, error: Exception) -> UnwrittenError:
        """Drop what is held back, or the interpreter tries once more and prints a traceback."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # no stream of this system: nobody flushes it again
            pass
        return UnwrittenError(getattr(error, "strerror", None) or type(error).__name__)
