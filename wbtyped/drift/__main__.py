"""`python -m wbtyped.drift`: the command `wbtyped schema`."""

import runpy
import sys

sys.argv[1:1] = ["schema"]
# By name: what is below the command does not import it.
runpy.run_module("wbtyped", run_name="__main__")
