"""Debian's nginx on loopback, with the site of deploy/nginx but for names of ports and files."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import pytest

from doors.proxy_process import DEADLINE, DEPLOY, NOBODY_LISTENS, Proxy


__all__ = ["NEEDS_NGINX", "NOBODY_LISTENS", "Nginx"]

PROGRAM: Final = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NEEDS_NGINX: Final = [
    pytest.mark.nginx,
    pytest.mark.skipif(
        PROGRAM is None, reason="nginx is not installed: run `make proxies` to include its tests"
    ),
]
SITE: Final = DEPLOY / "nginx"

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


class Nginx(Proxy):
    """It runs as nobody where the tests run as root; ``folder`` is its prefix."""

    name: ClassVar[str] = "nginx"
    _takes_socket = True

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
        super().__init__()
        shutil.copytree(SITE / "authcore", self.folder / "authcore")
        shipped = (SITE / "site.conf").read_text(encoding="utf-8")
        self._configure(site or shipped, auth, app, host)
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)

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

    @property
    def _command(self) -> Sequence[str]:
        assert PROGRAM
        return [PROGRAM, "-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]

    @property
    def _variables(self) -> Mapping[str, str]:
        """How nginx takes over the sockets of the one before."""
        return {"NGINX": f"{self._socket.fileno()};"}
