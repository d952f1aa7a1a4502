"""Who answers must be who was asked."""

import ipaddress
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from authcore.adapters.http import HttpClient, HttpFailedError, connection
from authcore.adapters.system import SystemClock
from authcore.testing.mint import generate_key
from support.gate import AMPLE


CLIENT = HttpClient(within=AMPLE, max_bytes=1024)


@pytest.fixture(name="self_signed", scope="module")
def _self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that nobody vouches for."""
    key, now = generate_key().private, SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_server_that_nobody_vouches_for_is_sent_nothing(self_signed: ssl.SSLContext) -> None:
    # KF-11, MG-02: the handshake fails before a key is read or a password sent.
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            heard.append(self_signed.wrap_socket(connection, server_side=True).recv(1024))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"

        with pytest.raises(HttpFailedError) as caught:
            CLIENT.request("POST", url, content=b"canary")
        thread.join()

    assert (caught.value.reason, caught.value.sent) == ("connect", False)
    assert (caught.value.detail, caught.value.is_untrusted) == ("connect certificate", True)
    assert heard == []


def test_a_server_without_tls_is_told_from_one_that_nobody_vouches_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_speak_plainly, args=(listener,))
        thread.start()

        with pytest.raises(HttpFailedError) as caught:
            CLIENT.request("POST", f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()

    assert (caught.value.detail, caught.value.is_untrusted) == ("connect tls", False)
    assert not caught.value.sent


def _speak_plainly(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(1024)


def test_of_connections_that_begin_at_once_one_reads_the_certificates() -> None:
    connection._read_tls.cache_clear()
    together = threading.Barrier(16)

    def begin(_: int) -> ssl.SSLContext:
        together.wait(timeout=60)
        return connection._tls()

    with ThreadPoolExecutor(16) as threads:
        contexts = {id(context): context for context in threads.map(begin, range(16))}
    assert len(contexts) == 1
