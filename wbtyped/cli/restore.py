"""`wbtyped restore`, and `wbtyped mirror` to another server."""

import json
import os
from hashlib import sha256
from pathlib import Path

from ..api import Api
from ..config.cache import find_cache
from ..mirror.report import MirrorReport
from .connection import connect
from .mirror import MirrorChoice, mirror_with, print_report, progress_text, require_for
from .output import print_err, print_out
from .scan_line import ScanLine
from .target_server import connect_target, parse_target


def restore_from(
    mirror: str, project: str, jobs: int, base_url: str | None, *, as_json: bool
) -> int:
    """Restore a mirror, and return the exit code."""
    require_for(mirror)
    with connect(base_url) as api:
        report = restore_with(api, mirror, project, jobs)
    print_report(report, as_json=as_json)
    return 0 if report.ok else 1


def restore_with(api: Api, mirror: str, project: str, jobs: int) -> MirrorReport:
    """Restore a mirror, showing the progress."""
    with ScanLine() as line:
        return api.restore(
            mirror, project, jobs=jobs,
            progress=lambda progress: line.show_text(progress_text(progress)),
        )  # fmt: skip


def move(
    project: str,
    url: str,
    choice: MirrorChoice,
    via: Path | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> int:
    """Mirror a project to another server, by way of a folder; return the exit code."""
    target = parse_target(url)
    with connect(base_url) as source, connect_target(target, source) as other:
        folder = via or default_folder(source.settings.base_url, project)
        if not as_json:
            print_out(f"by way of {folder}, which later runs use again")
        mirrored = mirror_with(source, project, str(folder), choice)
        restored = restore_with(other, str(folder), target.path, choice.jobs)
    if as_json:
        print(json.dumps({"mirror": mirrored.to_dict(), "restore": restored.to_dict()}))
    else:
        print_report(mirrored, as_json=False)
        print_report(restored, as_json=False)
    if not mirrored.ok:
        print_err("wbtyped: what could not be read is missing on the other server, too")
    return 0 if mirrored.ok and restored.ok else 1


def default_folder(server: str, project: str) -> Path:
    """Return where the contents of a project are kept that is moved."""
    cache = find_cache(True, os.environ, Path.home())
    assert cache is not None  # noqa: S101 - it was asked for
    name = sha256(f"{server} {project}".encode()).hexdigest()[:16]
    return cache / "mirrors" / name
