"""A certificate of localhost, and a file that vouches for it beside all the usual authorities."""

import shutil
import ssl
from datetime import timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from authcore.adapters.system import SystemClock
from authcore.testing.mint import generate_key


def trusted_server(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """
    A server's side of TLS, and the authorities that its clients trust.

    The authorities are those that clients read anyway, so that reading them takes its usual time.
    """
    key, now = generate_key().private, SystemClock().now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    shown = certificate.public_bytes(serialization.Encoding.PEM)
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    own = folder / "server.pem"
    own.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form) + shown)
    trusted = shutil.copyfile(certifi.where(), folder / "trusted.pem")
    with trusted.open("ab") as file:
        file.write(shown)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context, trusted
