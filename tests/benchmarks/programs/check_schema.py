"""Run `wbtyped schema check` with the arguments of this program, and print its last line."""

import contextlib
import io
import sys

from wbtyped.cli import main

output = io.StringIO()
with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
    main(["schema", "check", "--fail-on", "any", *sys.argv[1:]])
print(output.getvalue().splitlines()[-1], flush=True)
sys.stdin.read()
