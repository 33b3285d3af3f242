"""Compile the queries in a folder to a package, as `wbtyped codegen` does."""

import contextlib
import io
import sys

from wbtyped.cli import main

queries, out = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(["codegen", "--queries", queries, "--out", out])
print(out, flush=True)
sys.stdin.read()
