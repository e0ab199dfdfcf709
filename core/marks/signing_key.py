"""The key of this installation, and certificates for it: made once, kept in the data folder, readable by its owner alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from .. import atomic
from ..private_files import keep_private

#: Whom readers name as the signer. The same everywhere: it says nothing of who, where and on which machine.
_ORGANISATION = "Isengard (a key of one installation)"
#: Longer than anybody keeps an installation: there is nobody to ask for a new certificate.
_YEARS = 30
#: emailProtection: of the uses that readers of C2PA ask for, the one that all their releases know.
_USE = "1.3.6.1.5.5.7.3.4"
_MAKING = threading.Lock()


def key_and_certificates(file: Path) -> tuple[str, str]:
    """Read (private key, its certificate and the one above it), both as PEM; they are made where `file` is not there. OSError."""
    with _MAKING:
        if not file.is_file():
            atomic.write_text(file, _made())
        keep_private(file)
        text = file.read_text(encoding="ascii")
    end = text.index("-----BEGIN CERTIFICATE-----")
    return text[:end], text[end:]


def _made() -> str:
    """Readers of C2PA refuse a certificate that signs itself, so one stands above it, whose own key nobody keeps."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    top_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root, pictures = (_name(f"{_ORGANISATION}: {part}") for part in ("root", "pictures"))
    top = _certificate(root, top_key.public_key(), root, top_key, _for_root)
    own = _certificate(pictures, key.public_key(), root, top_key, _for_pictures)
    private: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = [one.public_bytes(serialization.Encoding.PEM) for one in (own, top)]
    return b"".join([private, *chain]).decode("ascii")


def _name(common: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: Any, public_key: Any, issuer: Any, issuer_key: Any, extended: Callable[[Any], Any]
) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    start = datetime.now(timezone.utc) - timedelta(days=1)  # a clock that is put back must not spoil it
    begun = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    return extended(begun).sign(issuer_key, hashes.SHA256())


def _for_root(begun: Any) -> Any:
    from cryptography import x509

    return begun.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        _usage(signs_certificates=True), critical=True
    )


def _for_pictures(begun: Any) -> Any:
    from cryptography import x509

    use = x509.ExtendedKeyUsage([x509.ObjectIdentifier(_USE)])
    return (
        begun.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(use, critical=False)
    )


def _usage(*, signs_certificates: bool) -> Any:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
