"""What a manifest of a million entries takes: CPU time, and memory per entry."""

import base64
import hashlib
import json
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import measure
from tests.benchmarks.results import Figure, Target, spread

PROGRAM = Path(__file__).parent / "programs" / "read_manifest.py"
ENTRIES = 1_000_000
BIRTH = base64.b64encode(b"Artifact:1234567890").decode()


def figure(rounds: int) -> Figure:
    """Read the same manifest in a new process, several times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "manifest.json")
        write_manifest(path)
        measure([str(PROGRAM), str(path)], {})  # Not counted: it may compile modules.
        reports = [json.loads(measure([str(PROGRAM), str(path)], {}).output) for _ in range(rounds)]
        body = path.stat().st_size / ENTRIES
    if any(report["count"] != ENTRIES for report in reports):
        raise RuntimeError("it read something else")
    seconds, kept, peak = ([r[key] for r in reports] for key in ("seconds", "kept", "peak"))
    name = f"manifest of {ENTRIES:,} entries"
    return Figure(
        title="Manifests",
        columns=("what", "measured"),
        rows=[
            (f"{name}: parsed, CPU s", spread(seconds, 2)),
            (f"{name}: kept, bytes per entry", spread(kept, 1)),
            (f"{name}: at peak, bytes per entry", spread(peak, 1)),
        ],
        targets=[
            Target("parsing a manifest, with the digest of the version", median(seconds), 2, "s"),
            Target("kept for a manifest", median(kept), 90, "bytes per entry"),
            Target("at peak for a manifest", median(peak), 120, "bytes per entry"),
        ],
        notes=[
            f"the manifest has {body:.0f} bytes per entry, with paths of 28 characters, and is read"
            " from a file, where a download spools it; memory is the growth of the resident set"
        ],
    )


def write_manifest(path: Path) -> None:
    """Write a manifest as W&B does."""
    with path.open("w") as stream:
        stream.write('{"version":1,"storagePolicy":"wandb-storage-policy-v1",')
        stream.write('"storagePolicyConfig":{"storageLayout":"V2"},"contents":{')
        for number in range(ENTRIES):
            digest = base64.b64encode(hashlib.md5(b"%d" % number).digest()).decode()
            entry = {"digest": digest, "birthArtifactID": BIRTH, "size": number * 7919 % 5_000_000}
            text = json.dumps(entry, separators=(",", ":"))
            name = f"train/{number // 1000:04}/image_{number:07}.jpg"
            stream.write(f'{"," if number else ""}"{name}":{text}')
        stream.write("}}")
