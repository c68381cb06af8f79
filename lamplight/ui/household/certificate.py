"""The certificate with which the others' connections are encrypted: made here, once, or given."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.network import own_addresses, own_names

if TYPE_CHECKING:
    from cryptography import x509

CERTIFICATE_FILE, KEY_FILE = "certificate.pem", "certificate.key"
LASTING = timedelta(days=820)  # Apple's devices take none that lasts longer than 825 (support.apple.com/103769)
RENEWED = timedelta(days=30)  # before it ends


@dataclass(frozen=True, slots=True)
class Certificate:
    """`fingerprint` is the SHA-256 of the first certificate in the file, as browsers show it."""

    certificate: Path
    key: Path
    fingerprint: str
    given: bool

    @classmethod
    def read(cls, certificate: Path, key: Path, given: bool = True) -> Certificate:
        """Raises `HouseholdError` when they can't be used."""
        from cryptography.hazmat.primitives import hashes  # needed only where others are let in

        try:
            found = _read(certificate, key, given)
            digest = found.fingerprint(hashes.SHA256()).hex(":").upper()
            read = cls(certificate, key, digest, given)
            read.context()
        except OSError as error:  # also what ssl raises
            where = error.filename or f"{certificate} with {key}"
            reason = str(error.strerror or error).split(" (_ssl.c")[0]
            raise HouseholdError(f"{where} can’t be used as certificate and key ({reason}).") from error
        return read

    def context(self) -> ssl.SSLContext:
        """What the server encrypts with: TLS 1.2 or newer. Raises `OSError`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate, self.key, password=lambda: b"")  # or the terminal would be asked
        return context


def own_certificate(folder: Path) -> Certificate:
    """That of the library in `folder`, made on first use and anew before it ends. Raises `HouseholdError`.

    It stays when the computer's addresses change: the others have compared its fingerprint, not its names.
    """
    certificate, key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    if not (certificate.is_file() and key.is_file() and _lasts(certificate)):
        try:
            _make(certificate, key)
        except OSError as error:
            raise HouseholdError(f"No certificate can be made ({error.strerror}); look at {folder}.") from error
    return Certificate.read(certificate, key, given=False)


def _lasts(certificate: Path) -> bool:
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError:
        return False
    return found.not_valid_after_utc > datetime.now(timezone.utc) + RENEWED


def _read(certificate: Path, key: Path, given: bool) -> x509.Certificate:
    """The first one in the file; of one that is given, what would keep all browsers away is said at once."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    now = datetime.now(timezone.utc)
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError as error:
        raise HouseholdError(f"{certificate} is no certificate in PEM format.") from error
    try:
        belongs = load_pem_private_key(key.read_bytes(), None).public_key() == found.public_key()
    except TypeError as error:
        raise HouseholdError(f"The key in {key} has a password; save it without one, as nobody is asked.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise HouseholdError(f"{key} holds no key in PEM format.") from error
    if not belongs:
        raise HouseholdError(f"The key in {key} is not that of the certificate in {certificate}.")
    if given and found.not_valid_after_utc <= now:
        raise HouseholdError(f"The certificate in {certificate} ended on {found.not_valid_after_utc:%Y-%m-%d}.")
    if given and found.not_valid_before_utc > now:
        raise HouseholdError(f"The certificate in {certificate} begins on {found.not_valid_before_utc:%Y-%m-%d} only.")
    return found


def _make(certificate: Path, key: Path) -> None:
    """Signed by itself: nobody vouches for a computer at home, so the others compare the fingerprint, once."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lamplight")])
    places: list[x509.GeneralName] = [x509.DNSName(one) for one in ("localhost", *own_names())]
    places += [x509.IPAddress(ip_address(one)) for one in ("127.0.0.1", *own_addresses())]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the others' clocks may be behind
        .not_valid_after(now + LASTING)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    _write(
        key,
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    _write(certificate, made.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    """For the owner alone."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
