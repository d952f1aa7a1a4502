"""``--command-env`` of the demo: another terminal runs ``authcore`` against it."""

import io
import stat
import threading
from pathlib import Path

from authcore_local import demo
from authcore_local.addresses import Ports


def test_the_variables_of_the_command_are_in_a_file_of_the_owner_alone(tmp_path: Path) -> None:
    path, stop = tmp_path / "demo.env", threading.Event()
    path.write_text("OLD=1\n")
    path.chmod(0o644)
    stop.set()

    demo.main(ports=Ports.free(), command_env=path, out=io.StringIO(), stop=stop)

    names = {line.partition("=")[0] for line in path.read_text(encoding="utf-8").splitlines()}
    assert {"AUTHCORE_COGNITO_ENDPOINT_URL", "AUTHCORE_LEGACY_API_KEY"} <= names
    assert {"OLD", "AUTHCORE_LINKING_TABLE"} & names == set()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_file_is_an_option() -> None:
    given = demo.parse_options(["--command-env", "demo.env"])

    assert given.command_env == Path("demo.env")
    assert demo.parse_options([]).command_env is None
