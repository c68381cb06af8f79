"""A certificate and a key that a person gives, and addresses of version 6: used, or refused in one sentence."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from lamplight.ui.household.certificate import Certificate, own_certificate
from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.network import own_addresses
from lamplight.ui.household.sessions import Household
from lamplight.ui.services import Services
from tests.members import serving_household
from tests.visits import KEY

NOW = datetime.now(timezone.utc)
DAY = timedelta(days=1)
Given = tuple[Path, Path]


def given(
    folder: Path,
    begins: datetime = NOW - DAY,
    ends: datetime = NOW + 90 * DAY,
    password: bytes = b"",
    weak: bool = False,
) -> Given:
    """A certificate and its key, as somebody may have them."""
    key = rsa.generate_private_key(65537, 1024) if weak else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lamplight.example")])
    unsigned = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    unsigned = unsigned.serial_number(1).not_valid_before(begins).not_valid_after(ends)
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password)
    folder.mkdir(exist_ok=True)
    certificate, secret = folder / "c.pem", folder / "k.pem"
    certificate.write_bytes(unsigned.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    return certificate, secret


def changed(pair: Given, which: int, change: Callable[[bytes], bytes]) -> Given:
    pair[which].write_bytes(change(pair[which].read_bytes()))
    return pair


BAD: dict[str, tuple[Callable[[Path], Given], str]] = {
    "another’s key": (lambda f: (given(f)[0], given(f / "other")[1]), r"k\.pem is not that of the certificate in"),
    "ended": (lambda f: given(f, NOW - 9 * DAY, NOW - DAY), r"c\.pem ended on \d{4}-"),
    "not begun": (lambda f: given(f, NOW + DAY), r"c\.pem begins on \d{4}-"),
    "locked": (lambda f: given(f, password=b"x"), r"k\.pem has a password"),
    "weak": (lambda f: given(f, weak=True), r"can’t be used as certificate and key"),
    "empty": (lambda f: changed(given(f), 0, lambda _: b""), r"c\.pem is no certificate in PEM"),
    "cut short": (lambda f: changed(given(f), 0, lambda all_: all_[:200]), r"c\.pem is no certificate in PEM"),
    "binary": (lambda f: changed(given(f), 0, lambda all_: ssl.PEM_cert_to_DER_cert(all_.decode())), r"no certificate"),
    "changed places": (lambda f: given(f)[::-1], r"k\.pem is no certificate in PEM"),
    "no key in it": (lambda f: (given(f)[0], f / "c.pem"), r"c\.pem holds no key in PEM"),
    "empty key": (lambda f: changed(given(f), 1, lambda _: b""), r"k\.pem holds no key in PEM"),
    "missing": (lambda f: (f / "none.pem", given(f)[1]), r"none\.pem can’t be used"),
    "missing key": (lambda f: (given(f)[0], f / "none.pem"), r"none\.pem can’t be used"),
    "a folder": (lambda f: (f.parent, given(f)[1]), r"can’t be used as certificate"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_browsers_would_not_take_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    make, sentence = BAD[name]
    with pytest.raises(HouseholdError, match=sentence) as refused:
        Certificate.read(*make(tmp_path / "given"))
    assert "_ssl" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_certificate_and_key_may_share_a_file_with_what_others_write_in_it(tmp_path: Path) -> None:
    certificate, key = given(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes("friendlyName: Zoë\n".encode() + key.read_bytes() + certificate.read_bytes())
    assert Certificate.read(both, both).fingerprint == Certificate.read(certificate, key).fingerprint


def started(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The app itself, which has to end by itself."""
    command = [sys.executable, "app.py", "--no-browser", "--port", "0", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120)


@pytest.mark.long
def test_the_app_ends_with_one_sentence(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    Household(library).set_password("plum jam on toast")
    certificate, key = given(tmp_path / "ended", NOW - 9 * DAY, NOW - DAY)
    for more, sentence in (
        (("--host", "::", "--certificate", certificate, "--certificate-key", key), "ended on"),
        (("--host", "0.0.0.0", "--certificate", certificate), "holds no key in PEM"),
        (("--host", "2001:db8::1"), "can’t listen on 2001:db8::1"),
        (("--host", "300.1.1.1"), "can’t listen on 300.1.1.1"),
        (("--host", "no-such-name.invalid"), "can’t listen on no-such-name.invalid"),
    ):
        ended = started("--library", library, *more)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert sentence in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


OWN_6 = [one for one in own_addresses() if ":" in one]


@pytest.mark.long
@pytest.mark.skipif(not OWN_6, reason="this machine has no address of version 6 in a network")
@pytest.mark.parametrize("host", ["::", *OWN_6[:1]])
def test_others_come_in_by_addresses_of_version_6(services: Services, host: str) -> None:
    services.household.set_password("plum jam on toast")
    own = own_certificate(services.library.folder)
    trusting = ssl.create_default_context(cafile=str(own.certificate))
    with serving_household(services, own, host) as house:
        port = house.here.rsplit(":", 1)[1]
        there = f"https://[{OWN_6[0]}]:{port}"
        assert httpx.get(f"{there}/library", verify=trusting).status_code == 401
        form = {"name": "Anna", "password": "plum jam on toast"}
        assert httpx.post(f"{there}/sign-in", data=form, verify=trusting).status_code == 303
        assert services.household.sessions("anna")[0].address == OWN_6[0]
        assert httpx.get(f"http://[{OWN_6[0]}]:{port}/library").headers["location"] == f"{there}/"
        assert httpx.get(f"{house.here}/?key={KEY}").status_code == 303
        if host == "::":
            assert httpx.get(f"http://[::1]:{port}/?key={KEY}").status_code == 303
            assert httpx.get(f"{house.there}/library", verify=trusting).status_code == 401  # by version 4
