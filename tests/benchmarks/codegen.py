"""The cost of compiling 100 queries against the whole pinned schema in a new process."""

import tempfile
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from graphql import NameNode, OperationDefinitionNode, OperationType, parse, print_ast
from wbtyped_graphql.sources import query_files

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import Figure, Target, spread

PROGRAM = Path(__file__).parent / "programs" / "compile_queries.py"
QUERIES = 100
MAX_CPU_SECONDS = 5.0
"""Including the start of the interpreter, and the processes that format the package."""


def figure(rounds: int) -> Figure:
    """Compile the queries of this package under other names, with its fragments."""
    with tempfile.TemporaryDirectory() as folder:
        queries = Path(folder) / "queries"
        queries.mkdir()
        (queries / "all.graphql").write_text(user_queries())
        _compile(queries, Path(folder) / "first")  # Not counted: it may compile modules.
        costs = [_compile(queries, Path(folder) / f"out{number}") for number in range(rounds)]
    return Figure(
        title=f"Compile {QUERIES} queries against the whole pinned schema",
        columns=("wall ms", "CPU ms", "peak MiB"),
        rows=[
            (
                spread([1e3 * cost.wall for cost in costs]),
                spread([1e3 * cost.cpu for cost in costs]),
                spread([cost.peak / 2**20 for cost in costs]),
            )
        ],
        targets=[
            Target("CPU time", median(cost.cpu for cost in costs), MAX_CPU_SECONDS, "seconds")
        ],
        notes=["the whole process, and the processes that it starts"],
    )


def user_queries() -> str:
    """Return 100 queries, those of this package again and again under other names."""
    operations = [
        node
        for file in query_files()
        for node in parse(file.read_text(encoding="utf-8"), no_location=True).definitions
        if isinstance(node, OperationDefinitionNode) and node.operation is OperationType.QUERY
    ]
    texts: list[str] = []
    for number, node in enumerate(islice(cycle(operations), QUERIES)):
        node.name = NameNode(value=f"Query{number}")
        texts.append(f"# Query {number}.\n{print_ast(node)}")
    return "\n\n".join(texts)


def _compile(queries: Path, out: Path) -> Cost:
    cost = measure([str(PROGRAM), str(queries), str(out)], {})
    compiled = len(list(out.glob("*_result.py")))
    if compiled != QUERIES:
        raise RuntimeError(f"{compiled} of {QUERIES} queries were compiled")
    return cost
