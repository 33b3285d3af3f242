"""Which certificates are trusted, as the environment says it, alike for both engines."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..config.cache import SWITCHES, switch
from ..errors import UsageError

DISABLE = "WANDB_INSECURE_DISABLE_SSL"
FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
FOLDERS = ("SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
KEY_LOG = "SSLKEYLOGFILE"


@dataclass(frozen=True)
class Tls:
    """What a connection with TLS trusts. Wrong variables are errors only where TLS is used."""

    insecure: str = ""
    """The value of WANDB_INSECURE_DISABLE_SSL."""
    file: str | None = None
    """Certificates in one file; None for none."""
    folder: str | None = None
    """Certificates in a folder, or several with `:` between them; None for none."""
    file_variable: str = ""
    folder_variable: str = ""
    key_log: str | None = None
    """Where the secrets of connections are written, for who wants to look into them."""

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ) -> "Tls":
        """Read the variables; the first that is set wins, and certifi is for when none is."""
        key_log, insecure = environ.get(KEY_LOG) or None, environ.get(DISABLE, "")
        files = [(name, environ[name]) for name in FILES if environ.get(name)]
        folders = [(name, environ[name]) for name in FOLDERS if environ.get(name)]
        # requests takes a folder where others expect a file.
        file = next((f for f in files if f[0] == FILES[0] or not Path(f[1]).is_dir()), None)
        folder = next((f for f in folders if f[0] == FOLDERS[0] or Path(f[1]).is_dir()), None)
        if file is None and folder is None:
            # Imported late: it is needed where nothing else says what to trust.
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
        """Whether certificates are looked at; they are where the variable is neither on nor off."""
        return not SWITCHES.get(self.insecure.strip().lower())

    def context(self) -> ssl.SSLContext:
        """Return the context of this process; raises UsageError that names variable and file."""
        return _context(self)


# To read all certificates takes 20 ms each time.
@lru_cache(maxsize=16)
def _context(tls: Tls) -> ssl.SSLContext:
    _check_key_log(tls.key_log)
    if switch({DISABLE: tls.insecure}, DISABLE):
        return _context_without_checks()
    _check_folder(tls)
    try:
        # This takes SSLKEYLOGFILE into account by itself.
        return ssl.create_default_context(cafile=tls.file, capath=tls.folder)
    except OSError as error:
        # An SSLError is one, too: for a file without a certificate.
        reason = "is not there" if isinstance(error, FileNotFoundError) else _reason(error)
        raise UsageError(
            f"{tls.file_variable or 'certifi'} names {tls.file}, which {reason}; let it name a"
            " file of certificates in PEM form, or unset it"
        ) from error


def _context_without_checks() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "holds no certificates"
    return f"cannot be read: {error.strerror or error}"


def _check_folder(tls: Tls) -> None:
    """Raise UsageError when no folder is there; OpenSSL would say nothing."""
    folders = tls.folder.split(os.pathsep) if tls.folder else []
    if folders and not any(Path(folder).is_dir() for folder in folders):
        raise UsageError(
            f"{tls.folder_variable} names {tls.folder}, which is no folder; let it name one with"
            " certificates, or unset it"
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
    """Return what is said of a certificate that is not trusted."""
    return f"{reason}; name the file with the certificate of its authority in SSL_CERT_FILE"
