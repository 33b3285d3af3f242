"""The memory that a long list of files takes."""

import json
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import measure
from tests.benchmarks.responses import FILE_SIZE, RUN
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, shuffled, spread
from tests.benchmarks.servers import Prepared, prepared_server

PROGRAM = Path(__file__).parent / "programs" / "keep_files.py"
TOTAL = 100_000
PER_PAGE = 1_000
CLIENTS = [OURS, OFFICIAL]


def figure(rounds: int) -> Figure:
    """Keep all files in a list, with each client."""
    growth: dict[str, list[float]] = {client: [] for client in CLIENTS}
    with prepared_server(TOTAL, [PER_PAGE]) as server:
        raw = server.raw_bytes[PER_PAGE] / TOTAL
        for client in shuffled(CLIENTS, rounds):
            growth[client].append(_keep(server, client) / TOTAL)
    return Figure(
        title=f"Keep {TOTAL:,} files in a list",
        columns=("client", "resident bytes per file", "above the raw data"),
        rows=[
            (client, spread(growth[client]), spread([grown - raw for grown in growth[client]]))
            for client in CLIENTS
        ],
        targets=[Target("above the raw data", median(growth[OURS]) - raw, 1024, "bytes per file")],
        notes=[
            f"raw data: the JSON responses, {raw:,.0f} bytes per file",
            "measured as growth of resident memory, after a first page that is not counted",
        ],
    )


def _keep(server: Prepared, client: str) -> int:
    arguments = [str(PROGRAM), client, RUN, str(PER_PAGE)]
    report = json.loads(measure(arguments, {"WANDB_BASE_URL": server.url}).output)
    if (report["count"], report["size"]) != (TOTAL, TOTAL * FILE_SIZE):
        raise RuntimeError(f"{client} listed something else: {report}")
    growth: int = report["growth"]
    return growth
