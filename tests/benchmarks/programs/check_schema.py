"""Run `wbtyped schema check` with the arguments of this program, and give its last line."""

import contextlib
import io
import sys

from wbtyped.cli import main

said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
    main(["schema", "check", "--fail-on", "any", *sys.argv[1:]])
print(said.getvalue().splitlines()[-1], flush=True)
sys.stdin.read()
