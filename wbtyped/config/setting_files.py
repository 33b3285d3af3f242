"""Read settings and API keys from this machine: the official client's files, and netrc."""

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import UsageError
from .base_url import SAME_SERVER

DEFAULT_ENTRY = "default"
"""Python's name for the netrc entry of hosts that the file does not name."""


def folder_or_null(find: Callable[[], Path]) -> Path:
    """Return the home or working folder; if there is none, the null device, which has no files."""
    try:
        return find()
    except (RuntimeError, OSError):
        return Path(os.devnull)


class SettingFiles(NamedTuple):
    """The files and variables of this machine that settings are read from."""

    environ: Mapping[str, str]
    home: Path
    cwd: Path

    def files(self) -> list[Path]:
        """Return the paths of the settings files, highest precedence first."""
        config = self.environ.get("WANDB_CONFIG_DIR")
        common = Path(config) if config else self.home / ".config" / "wandb"
        work = Path(self.environ.get("WANDB_DIR") or self.cwd)
        hidden = work / ".wandb"
        folder = hidden if os.access(hidden, os.F_OK) else work / "wandb"
        return [folder / "settings", common / "settings"]

    def settings_files(self) -> dict[Path, dict[str, str]]:
        """Return the section `default` of each settings file, highest precedence first."""
        import configparser

        found: dict[Path, dict[str, str]] = {}
        for file in self.files():
            parser = configparser.ConfigParser(interpolation=None)
            try:
                with _reading(file):
                    parser.read_string(file.read_text(encoding="utf-8"))
            except configparser.Error as error:
                # The error's own message quotes the line, which may contain the key.
                errors = getattr(error, "errors", None)
                line = errors[0][0] if errors else getattr(error, "lineno", None)
                where = f" (line {line})" if line else ""
                raise UsageError(f"{file}{where} is not in INI format; fix the file") from None
            if parser.has_section("default"):
                found[file] = dict(parser.items("default"))
        return found

    def netrc_file(self) -> Path:
        """Return the path of the netrc file that exists, or the default one."""
        if explicit := self.environ.get("NETRC"):
            return self.home / explicit[2:] if explicit.startswith("~/") else Path(explicit)
        default = self.home / ".netrc"
        other = self.home / "_netrc"
        return other if os.access(other, os.F_OK) and not os.access(default, os.F_OK) else default

    def netrc_keys(self, base_url: str) -> "NetrcKeys":
        """Return the passwords in netrc for the server, under any of its names."""
        import netrc

        file = self.netrc_file()
        hosts: Mapping[str, tuple[str, str | None, str | None]] = {}
        try:
            with _reading(file):
                hosts = netrc.netrc(str(file)).hosts
        except netrc.NetrcParseError as error:
            raise UsageError(
                f"{file} (line {error.lineno}) is not in netrc format; fix the file"
            ) from None
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        others = [name for names in SAME_SERVER if host in names for name in names]
        names = (parts.netloc, host, *others)
        passwords = {name: hosts[name][2] for name in (*names, DEFAULT_ENTRY) if name in hosts}
        own = next((passwords[name] for name in names if passwords.get(name)), None)
        return NetrcKeys(own, passwords.get(DEFAULT_ENTRY))


class NetrcKeys(NamedTuple):
    """The keys in netrc: for the server itself, and for hosts that the file does not name."""

    own: str | None
    default: str | None


@contextmanager
def _reading(file: Path) -> Generator[None]:
    """Ignore a missing file; name one that cannot be read, but never show its content."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{file} cannot be read: {reason}; fix or remove it") from error
    except UnicodeDecodeError:
        # Without a cause: this error contains the whole content.
        raise UsageError(f"{file} cannot be read: it is not UTF-8; fix the file") from None
