"""A server that does not send its whole certificate chain, as the EU Clinical Trials Register does not."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.http import HttpClient
from models.connector import SourceFailure
from models.settings import SettingsError, load_settings

Connect = Callable[..., HttpClient]


class _Authority:
    """A certificate with its key, signed by another authority or by itself."""

    def __init__(self, name: str, signer: "_Authority | None" = None, is_host: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = signer or self
        today = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - timedelta(days=1))
            .not_valid_after(today + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=not is_host, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        )
        if is_host:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
            builder = builder.add_extension(names, critical=False)
        else:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        self.certificate = builder.sign(issuer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"good")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def authorities() -> list[_Authority]:
    root = _Authority("root")
    return [root, _Authority("intermediate", root)]


@pytest.fixture(scope="module")
def address(authorities: list[_Authority], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that sends its own certificate and not the one that signed it."""
    host = _Authority("host", authorities[1], is_host=True)
    key = host.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = tmp_path_factory.mktemp("tls") / "host.pem"
    chain.write_bytes(host.pem + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_certificate_that_cannot_be_verified_is_a_failure_that_says_what_to_do(address: str, client: Connect) -> None:
    with pytest.raises(SourceFailure, match=r"certificate cannot be verified.*TRIALWATCH_CA_BUNDLE"):
        client(base_url=address).get("/", {}, kind="record")


def test_what_the_server_leaves_out_can_be_added(
    address: str, client: Connect, authorities: list[_Authority], tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(b"".join(authority.pem for authority in authorities))
    assert client(base_url=address, ca_bundle=bundle).get("/", {}, kind="record").body == b"good"


def test_an_authority_that_did_not_sign_does_not_help(address: str, client: Connect, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(_Authority("another").pem)
    with pytest.raises(SourceFailure, match="certificate cannot be verified"):
        client(base_url=address, ca_bundle=bundle).get("/", {}, kind="record")


def test_the_file_is_named_in_the_settings(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    with pytest.raises(SettingsError, match=r"TRIALWATCH_CA_BUNDLE=.*bundle\.pem.*no such file"):
        load_settings({"TRIALWATCH_CA_BUNDLE": str(bundle)})
    bundle.write_text("")
    assert load_settings({"TRIALWATCH_CA_BUNDLE": str(bundle)}).ca_bundle == bundle
    assert load_settings({}).ca_bundle is None
