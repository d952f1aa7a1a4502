"""Debian's nginx on loopback, with the site of deploy/nginx but for names of ports and files."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

from authcore.adapters.system import SystemPause, monotonic
from unit.asgi_calls import Answer, Headers


PROGRAM: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NEEDS_NGINX: Final = [
    pytest.mark.nginx,
    pytest.mark.skipif(
        PROGRAM is None, reason="nginx is not installed: run `make nginx` to include its tests"
    ),
]
SITE: Final = Path(__file__).parents[2] / "deploy" / "nginx"
DEADLINE: Final = 30
"""Seconds; nothing here comes near it unless it hangs."""

NOBODY_LISTENS: Final = 9
"""A port of loopback that nothing is bound to."""

_MAIN: Final = """\
worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log notice;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include site.conf;
}
"""


class Nginx:
    """
    The shipped configuration between a visitor and two servers on loopback.

    It runs as nobody where the tests run as root, and ends with the block.

    Attributes:
        port: Of both of its servers.
        folder: Its prefix: configuration, logs.
    """

    def __init__(
        self, *, auth: int, app: int, host: str | None = None, site: str | None = None
    ) -> None:
        """
        Bind to a free port.

        Args:
            auth: Port of the auth service.

            app: Port of the application.

            host: The application's, reached by plain http, in the place of cms.example.com.

            site: In the place of the shipped one, with the same names and ports.
        """
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=511)
        self.port: int = self._socket.getsockname()[1]
        self.folder = Path(tempfile.mkdtemp(prefix="authcore-nginx-"))
        shutil.copytree(SITE / "authcore", self.folder / "authcore")
        shipped = (SITE / "site.conf").read_text(encoding="utf-8")
        self._configure(site or shipped, auth, app, host)
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None

    def _configure(self, site: str, auth: int, app: int, host: str | None) -> None:
        site = re.sub(r"(?m)^ *ssl_certificate.*\n", "", site)
        site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        site = site.replace("127.0.0.1:8401", f"127.0.0.1:{auth}")
        site = site.replace("127.0.0.1:8400", f"127.0.0.1:{app}")
        site = site.replace("/var/log/nginx/", "")
        if host:
            site = site.replace("https://cms.example.com;", f"http://{host}:{self.port};")
            site = site.replace("server_name cms.example.com", f"server_name {host}")
        self._write("site.conf", site)
        self._write("nginx.conf", _MAIN)

    def change(self, name: str, old: str, new: str) -> None:
        """Write *new* for *old* in a file of the configuration, before nginx starts."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self._write(name, text.replace(old, new))

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def tested(self) -> str:
        """What ``nginx -t`` says."""
        done = subprocess.run(
            [*self._command, "-t"],
            user=self._user,
            capture_output=True,
            check=False,
            timeout=DEADLINE,
        )
        return f"{done.returncode} {done.stderr.decode()}"

    def log(self, name: str) -> str:
        """What it wrote: ``error.log``, ``cms.log``, ``auth.log``."""
        return (self.folder / name).read_text(encoding="utf-8")

    def log_with(self, name: str, line: str) -> str:
        """The same once *line* is in it: nginx writes some after it has answered."""
        until = monotonic() + DEADLINE
        while line not in self.log(name) and monotonic() < until:
            SystemPause().wait(timedelta(milliseconds=10))
        return self.log(name)

    @property
    def _command(self) -> list[str]:
        assert PROGRAM
        return [PROGRAM, "-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]

    def __enter__(self) -> Self:
        descriptor = self._socket.fileno()
        # How nginx takes over the sockets of the one before: no other program gets the port.
        self._process = subprocess.Popen(
            self._command,
            env={"NGINX": f"{descriptor};"},
            pass_fds=[descriptor],
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket.close()  # it is nginx's alone: where that has failed, nobody waits
        return self

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
