"""Which TLS certificates are trusted: environment variables, read alike for both engines."""

import os
import ssl
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ..config.switches import SWITCHES, switch
from ..errors import UsageError

DISABLE = "WANDB_INSECURE_DISABLE_SSL"
FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FOLDERS = ("SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
KEY_LOG = "SSLKEYLOGFILE"


class Tls(NamedTuple):
    """The certificates to trust. Invalid variables are errors only when TLS is used."""

    insecure: str = ""
    """The value of WANDB_INSECURE_DISABLE_SSL."""
    file: str | None = None
    """A file of certificates, or None."""
    folder: str | None = None
    """A folder of certificates, or several separated by `:`, or None."""
    file_variable: str = ""
    folder_variable: str = ""
    key_log: str | None = None
    """File to log the TLS session secrets to, for debugging."""

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Tls":
        """Read the variables; the first one set wins. Without any, certifi is used."""
        key_log, insecure = environ.get(KEY_LOG) or None, environ.get(DISABLE, "")
        files = [(name, environ[name]) for name in FILES if environ.get(name)]
        folders = [(name, environ[name]) for name in FOLDERS if environ.get(name)]
        # requests accepts a folder where others expect a file.
        file = next((f for f in files if f[0] == FILES[0] or not Path(f[1]).is_dir()), None)
        folder = next((f for f in folders if f[0] == FOLDERS[0] or Path(f[1]).is_dir()), None)
        if file is None and folder is None:
            # Imported late: only needed if no variable is set.
            import certifi

            return cls(insecure, file=certifi.where(), key_log=key_log)
        return cls(
            insecure,
            file=file[1] if file else None,
            folder=folder[1] if folder else None,
            file_variable=file[0] if file else "",
            folder_variable=folder[0] if folder else "",
            key_log=key_log,
        )

    @property
    def verify(self) -> bool:
        """Whether certificates are verified; also if the variable has an invalid value."""
        return not SWITCHES.get(self.insecure.strip().lower())

    def context(self) -> ssl.SSLContext:
        """Return the TLS context; raises UsageError, which names the variable and the file."""
        return _context(self)


# Cached: reading all certificates takes 20 ms.
@lru_cache(maxsize=16)
def _context(tls: Tls) -> ssl.SSLContext:
    _check_key_log(tls.key_log)
    if switch({DISABLE: tls.insecure}, DISABLE):
        return _context_without_checks()
    _check_folder(tls)
    try:
        # This reads SSLKEYLOGFILE by itself.
        return ssl.create_default_context(cafile=tls.file, capath=tls.folder)
    except OSError as error:
        # SSLError is an OSError too: for a file without a certificate.
        reason = "does not exist" if isinstance(error, FileNotFoundError) else _reason(error)
        raise UsageError(
            f"{tls.file_variable or 'certifi'} names {tls.file}, which {reason}; set it to a file"
            " of certificates in PEM format, or unset it"
        ) from error


def _context_without_checks() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "contains no certificates"
    return f"cannot be read: {error.strerror or error}"


def _check_folder(tls: Tls) -> None:
    """Raise UsageError if no folder exists; OpenSSL would not report it."""
    folders = tls.folder.split(os.pathsep) if tls.folder else []
    if folders and not any(Path(folder).is_dir() for folder in folders):
        raise UsageError(
            f"{tls.folder_variable} names {tls.folder}, which is not a folder; set it to a folder"
            " of certificates, or unset it"
        )


def _check_key_log(path: str | None) -> None:
    if path is None:
        return
    try:
        with Path(path).open("ab"):
            pass
    except OSError as error:
        raise UsageError(
            f"{KEY_LOG} names {path}, which cannot be written: {error.strerror}; unset it"
        ) from error


def certificate_refused(reason: str) -> str:
    """Append what to do about a certificate that is not trusted."""
    return f"{reason}; set SSL_CERT_FILE to a file with the certificate of its authority"
