"""Firefox without a screen, driven by WebDriver BiDi, which Debian's firefox-esr speaks itself."""

import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from websockets.sync.client import connect

from support.gate import AMPLE


PROGRAM: Final = shutil.which("firefox-esr") or shutil.which("firefox")

MAX_MESSAGE: Final = 16_000_000
"""Bytes of one message."""

_LISTENING: Final = re.compile(r"WebDriver BiDi listening on (ws://[0-9a-z.:]+)")
_SECONDS: Final = AMPLE.total_seconds()

PREFERENCES: Final[Mapping[str, bool | int | str]] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "signon.rememberSignons": False,
    "toolkit.telemetry.enabled": False,
}
"""No request leaves this machine."""


class Firefox:
    """One process with a profile of its own.  See: WebDriver BiDi."""

    def __init__(self) -> None:
        self._running = ExitStack()
        self._events: deque[dict[str, Any]] = deque(maxlen=1000)
        self._number = 0

    def __enter__(self) -> Self:
        with self._running:
            url = self._listening(self._process(self._profile()))
            self._socket = self._running.enter_context(
                connect(f"{url}/session", max_size=MAX_MESSAGE, open_timeout=_SECONDS, proxy=None)
            )
            self.send("session.new", {"capabilities": {}})
            self.send("session.subscribe", {"events": ["browsingContext.load"]})
            self._running = self._running.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()

    def _profile(self) -> Path:
        made = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        folder = Path(self._running.enter_context(made))
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items()]
        (folder / "user.js").write_text("".join(lines), encoding="utf-8")
        return folder

    def _process(self, profile: Path) -> "subprocess.Popen[str]":
        assert PROGRAM
        return self._running.enter_context(
            subprocess.Popen(
                [PROGRAM, "--headless", "--profile", str(profile), "--remote-debugging-port=0"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={
                    "HOME": str(profile),
                    "PATH": "/usr/bin:/bin",
                    "MOZ_CRASHREPORTER_DISABLE": "1",
                },
                text=True,
            )
        )

    def _listening(self, process: "subprocess.Popen[str]") -> str:
        """The URL that Firefox prints; reading goes on in the background, so that it can print."""
        assert process.stderr
        for line in process.stderr:
            if found := _LISTENING.search(line):
                rest = threading.Thread(target=deque, args=(process.stderr, 0), daemon=True)
                rest.start()
                self._running.callback(rest.join, _SECONDS)
                self._running.callback(process.kill)  # before it is joined
                return found[1]
        raise AssertionError("Firefox ended before it listened")

    def send(self, method: str, parameters: Mapping[str, object]) -> Any:
        """The result of one command; events that arrive before it are kept."""
        self._number += 1
        number = self._number
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (message := self._received()).get("id") != number:
            self._events.append(message)
        assert message["type"] == "success", message
        return message["result"]

    def loaded(self, context: str, is_wanted: Callable[[str], bool]) -> str:
        """Wait until *context* has loaded a page with such a URL."""
        while True:
            message = self._events.popleft() if self._events else self._received()
            about = message.get("params", {})
            if about.get("context") == context and is_wanted(about["url"]):
                url: str = about["url"]
                return url

    def _received(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=_SECONDS))
        return message

    def window(self) -> "Tab":
        """A tab that shares no cookies with another, as in a private window."""
        user = self.send("browser.createUserContext", {})["userContext"]
        made = self.send("browsingContext.create", {"type": "tab", "userContext": user})
        return Tab(self, made["context"], user)


class Tab:
    """A page of a browser."""

    def __init__(self, firefox: Firefox, context: str, user: str) -> None:
        self._firefox = firefox
        self._context = context
        self._user = user

    def beside(self) -> "Tab":
        """Another tab with the same cookies."""
        given = {"type": "tab", "userContext": self._user}
        made = self._firefox.send("browsingContext.create", given)
        return Tab(self._firefox, made["context"], self._user)

    def go(self, url: str) -> str:
        """Load *url*, and return where it led."""
        given = {"context": self._context, "url": url, "wait": "complete"}
        found: str = self._firefox.send("browsingContext.navigate", given)["url"]
        return found

    def value(self, expression: str) -> Any:
        """The value of a JavaScript expression, or of its promise."""
        given = {
            "expression": expression,
            "target": {"context": self._context},
            "awaitPromise": True,
        }
        answer = self._firefox.send("script.evaluate", given)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    def text(self, selector: str) -> str:
        """The text of the first element that *selector* selects."""
        found: str = self.value(f"document.querySelector({json.dumps(selector)}).innerText")
        return found

    def fill(self, selector: str, text: str) -> None:
        """Click into a field and type *text* into it."""
        self.click(selector)
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keys", "actions": keys})

    def click(self, selector: str) -> None:
        """Click on the first element that *selector* selects."""
        given = {"context": self._context, "locator": {"type": "css", "value": selector}}
        nodes = self._firefox.send("browsingContext.locateNodes", given)["nodes"]
        assert nodes, selector
        at = {"type": "element", "element": {"sharedId": nodes[0]["sharedId"]}}
        self.value(f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
        presses = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": at},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "actions": presses})

    def arrive(self, at: str) -> None:
        """Wait until *at* has loaded."""
        self._firefox.loaded(self._context, lambda url: url == at)

    def cookies(self) -> dict[str, dict[str, Any]]:
        """Every cookie of the window, by name."""
        given = {"partition": {"type": "context", "context": self._context}}
        found = self._firefox.send("storage.getCookies", given)["cookies"]
        return {cookie["name"]: cookie for cookie in found}

    def _perform(self, source: Mapping[str, object]) -> None:
        given = {"context": self._context, "actions": [source]}
        self._firefox.send("input.performActions", given)
