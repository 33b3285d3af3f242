"""`python -m wbtyped.server`: the command `wbtyped serve`."""

import runpy
import sys

sys.argv[1:1] = ["serve"]
# By name: what is below the command does not import it.
runpy.run_module("wbtyped", run_name="__main__")
