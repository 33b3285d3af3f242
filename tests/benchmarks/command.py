"""The cost of the command `wbtyped`: its help, and short lists of a server that is warm."""

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, ratio, shuffled, spread
from wbtyped.server import WandbServer

RUN = "crew/ship/log"
FILES = {f"file-{number:02}.txt": b"text" for number in range(20)}
PROGRAMS = {
    ("--help", OURS): ["-m", OURS, "--help"],
    ("--help", OFFICIAL): ["-m", OFFICIAL, "--help"],
    ("ls RUN", OURS): ["-m", OURS, "ls", RUN],
    ("ls RUN", OFFICIAL): [
        "-c",
        f"import wandb\nfor file in wandb.Api().run({RUN!r}).files():"
        " print(file.name, file.size, file.mimetype, file.updated_at)",
    ],
    ("ls PROJECT --runs", OURS): ["-m", OURS, "ls", "crew/ship", "--runs"],
    ("ls PROJECT --runs", OFFICIAL): [
        "-c",
        "import wandb\nfor run in wandb.Api().runs('crew/ship', order='-created_at'):"
        " print(run.id, run.state, run.created_at)",
    ],
}
"""Arguments of Python by task and client."""
MAX_SHARE = 0.5


def figure(rounds: int) -> Figure:
    """Run each task with both clients, in a new process every time."""
    costs: dict[tuple[str, str], list[Cost]] = {variant: [] for variant in PROGRAMS}
    with WandbServer() as server:
        server.add_run(RUN, FILES)
        for arguments in PROGRAMS.values():
            measure(arguments, server.env)  # Not counted: it may compile modules.
        for variant in shuffled(list(PROGRAMS), rounds):
            costs[variant].append(measure(PROGRAMS[variant], server.env))
    cpu = {variant: [1e3 * cost.cpu for cost in found] for variant, found in costs.items()}
    return Figure(
        title="The command, and the same with the official client",
        columns=("task", "client", "wall ms", "CPU ms"),
        rows=[
            (*variant, spread([1e3 * cost.wall for cost in found]), spread(cpu[variant]))
            for variant, found in costs.items()
        ],
        targets=[
            Target(f"CPU time, {task}", ratio(cpu[task, OURS], cpu[task, OFFICIAL]), MAX_SHARE)
            for task in dict.fromkeys(task for task, _ in PROGRAMS)
        ],
    )
