"""A real proxy on loopback, with its configuration of deploy/ but for names of ports and files."""

import http.client
import shutil
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

from authcore.adapters.system import SystemPause, monotonic
from unit.asgi_calls import Answer, Headers


DEPLOY: Final = Path(__file__).parents[2] / "deploy"
DEADLINE: Final = 30
"""Seconds; nothing here comes near it unless it hangs."""

NOBODY_LISTENS: Final = 9
"""A port of loopback that nothing is bound to."""


class Proxy(ABC):
    """
    The shipped configuration between a visitor and two servers on loopback.

    It ends with the block.

    Attributes:
        name: Its folder in deploy/.
        port: Of both of its sites.
        folder: Configuration, logs.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        """Take a free port and a folder."""
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=511)
        self.port: int = self._socket.getsockname()[1]
        self.folder = Path(tempfile.mkdtemp(prefix=f"authcore-{self.name}-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def _command(self) -> Sequence[str]:
        """What runs it in the foreground."""

    @property
    def _variables(self) -> Mapping[str, str]:
        return {"HOME": str(self.folder)}

    _user: str | None = None
    _takes_socket = False
    """Whether it inherits the listening socket, so that no other program gets the port."""

    def change(self, name: str, old: str, new: str) -> None:
        """Write *new* for *old* in a file of the configuration, before the proxy starts."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self._write(name, text.replace(old, new))

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def log(self, name: str = "output.log") -> str:
        """What it wrote."""
        return (self.folder / name).read_text(encoding="utf-8")

    def log_with(self, name: str, line: str) -> str:
        """The same once *line* is in it: some is written after the answer."""
        until = monotonic() + DEADLINE
        while line not in self.log(name) and monotonic() < until:
            SystemPause().wait(timedelta(milliseconds=10))
        return self.log(name)

    def __enter__(self) -> Self:
        if not self._takes_socket:
            self._socket.close()
        with (self.folder / "output.log").open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                env=self._variables,
                pass_fds=[self._socket.fileno()] if self._takes_socket else [],
                user=self._user,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._socket.close()  # it is the proxy's alone: where that has failed, nobody waits
        if not self._takes_socket:
            self._wait_until_it_listens()
        return self

    def _wait_until_it_listens(self) -> None:
        assert self._process
        until = monotonic() + DEADLINE
        while monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                SystemPause().wait(timedelta(milliseconds=10))
            else:
                return
        raise AssertionError(f"{self.name} does not listen:\n{self.log()}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(DEADLINE)
        shutil.rmtree(self.folder)

    def visit(
        self,
        cookies: str = "",
        *,
        target: str = "/articles",
        headers: Headers = (),
        method: str = "GET",
        host: str = "cms.example.com",
        body: bytes = b"",
    ) -> Answer:
        """
        The answer to one request.

        Args:
            cookies: The Cookie header.

            target: As in the request line.

            headers: Beside Host, Cookie and Content-Length.

            method: As sent.

            host: The Host header.

            body: With a Content-Length unless *headers* say how it comes.
        """
        given = [("Host", host), *headers, *([("Cookie", cookies)] if cookies else [])]
        if body and "transfer-encoding" not in {name.lower() for name, _ in given}:
            given.append(("Content-Length", str(len(body))))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in given:
                connection.putheader(name, value)
            connection.endheaders(body or None)
            came = connection.getresponse()
            back = tuple((name.lower(), value) for name, value in came.getheaders())
            return Answer(came.status, back, came.read())
        finally:
            connection.close()
