"""Who signs: a certificate that the operator was given, or one that the installation makes for itself.

A manifest that the installation's own certificate signed proves that nothing was changed since; who signed it, a
stranger can only believe. A certificate of an authority on C2PA's trust list changes that and nothing else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CERTIFICATE, KEY = "REFRAIN_PROVENANCE_CERTIFICATE", "REFRAIN_PROVENANCE_KEY"
"""Name PEM files: the chain, the signer's certificate first, and its private key without a passphrase."""

_FILE = "signer.pem"
_LIFE = timedelta(days=365 * 20)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class NoCredentials(Exception):
    """The certificate or its key cannot be used; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs."""

    chain: bytes
    """PEM, the signer's certificate first."""
    key: bytes
    """PEM (PKCS #8), not encrypted."""

    def __repr__(self) -> str:
        return "Credentials(…)"

    @property
    def algorithm(self) -> str:
        """As COSE and C2PA call it; NoCredentials for a key that C2PA does not know."""
        key = load_pem_private_key(self.key, password=None)
        match key:
            case ec.EllipticCurvePrivateKey() if key.curve.name in _CURVES:
                return _CURVES[key.curve.name]
            case ed25519.Ed25519PrivateKey():
                return "ed25519"
            case rsa.RSAPrivateKey():
                return "ps256"
        raise NoCredentials("the key is of a kind that C2PA does not know")

    @property
    def anchor(self) -> bytes:
        """The last certificate of the chain, which the others rest on, as PEM."""
        return x509.load_pem_x509_certificates(self.chain)[-1].public_bytes(Encoding.PEM)


def credentials(folder: Path, now: datetime, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Those that the environment names, or the installation's own in `folder`, made at first use; NoCredentials when
    those that are named cannot be used, or the folder cannot be written."""
    chain, key = environment.get(CERTIFICATE, ""), environment.get(KEY, "")
    if chain or key:
        return _checked(_read(Path(chain)), _read(Path(key)))
    path = folder / _FILE
    try:
        if not path.exists():
            _keep(path, _own(now))
        text = path.read_bytes()
    except OSError as error:
        raise NoCredentials(f"{path}: {error.strerror}") from error
    return _checked(text, text)


def _checked(chain: bytes, key: bytes) -> Credentials:
    try:
        certificate = x509.load_pem_x509_certificates(chain)[0]
        private = load_pem_private_key(key, password=None)
        if certificate.public_key() != private.public_key():
            raise NoCredentials("the key is not that of the first certificate")
        certificates = b"".join(each.public_bytes(Encoding.PEM) for each in x509.load_pem_x509_certificates(chain))
        found = Credentials(certificates, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _ = found.algorithm
    except (ValueError, TypeError, IndexError) as error:
        raise NoCredentials(f"this is no certificate with its key: {error}") from error
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NoCredentials(f"{CERTIFICATE} and {KEY} name files: {path}: {error.strerror}") from error


def _keep(path: Path, content: bytes) -> None:
    """Write it whole or not at all, for this user alone; who comes second takes what the first one wrote."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            Path(path).hardlink_to(name)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()


def _own(now: datetime) -> bytes:
    """A signer's certificate, the authority that it rests on, and the signer's key.

    Two certificates, since C2PA refuses a signer that vouches for itself; the authority's key is not kept.
    """
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name, name = _name("Refrain installation"), _name("Refrain")
    authority = (
        _builder(authority_name, authority_name, authority_key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    signer = (
        _builder(name, authority_name, key, authority_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return signer.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM) + private


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.CertificateBuilder:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(authority, critical=False)
    )


def _name(common: str) -> x509.Name:
    # C2PA's readers show the organisation as who signed.
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Refrain"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
