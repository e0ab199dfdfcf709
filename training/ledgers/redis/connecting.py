"""Why no connection came about, in our words: TLS has reasons of its own, which a person can mend."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from ....core.errors import LedgerAwayError

#: OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
_OTHER_NAME = (62, 64)


def unreachable(fault: BaseException) -> LedgerAwayError:
    """redis-py wraps what really happened."""
    for cause in _causes(fault):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _untrusted(cause)
        if isinstance(cause, (FileNotFoundError, PermissionError, IsADirectoryError)) or _bad_file(cause):
            return LedgerAwayError(
                "redis_ca_unreadable",
                "The certificate file that Redis's address names cannot be read.",
                "Correct ssl_ca_certs in Redis's address: a PEM file that this user may read.",
            )
    return LedgerAwayError(
        "redis_unreachable", "Redis cannot be reached.", "Start it, or correct its address."
    )


def _untrusted(cause: ssl.SSLCertVerificationError) -> LedgerAwayError:
    if cause.verify_code in _OTHER_NAME:
        return LedgerAwayError(
            "redis_untrusted",
            "Redis's certificate is for another name.",
            "Put the certificate's name into Redis's address, or get a certificate for this one.",
        )
    return LedgerAwayError(
        "redis_untrusted",
        "Redis's certificate is not from an authority that this machine knows, or is out of date.",
        "Name the authority's file: rediss://user:password@host:6379/0?ssl_ca_certs=/path/ca.pem.",
    )


def _bad_file(cause: BaseException) -> bool:
    return isinstance(cause, ssl.SSLError) and cause.library in ("X509", "PEM", "ASN1")


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__
