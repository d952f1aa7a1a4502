"""Output streams whose failures end the command with one line, not with a traceback."""

import io
import os
from typing import TextIO


class UnwrittenError(Exception):
    """Output could not be written; the text is the system's reason."""


class OutputStream(io.TextIOBase):
    """
    A text stream that escapes characters its encoding lacks.

    Raises:
        UnwrittenError: From every method: a full disk, a closed pipe, a closed stream.
    """

    def __init__(self, stream: TextIO) -> None:
        """Write to *stream*."""
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """As the wrapped stream."""
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As the wrapped stream."""
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
        """Write what is buffered."""
        try:
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise self._give_up(error) from None

    def _give_up(self, error: Exception) -> UnwrittenError:
        """Drop what is buffered: the interpreter would write it again and print a traceback."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # no stream of the operating system: not flushed again
            pass
        return UnwrittenError(getattr(error, "strerror", None) or type(error).__name__)
