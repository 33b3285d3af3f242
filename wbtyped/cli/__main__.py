"""`python -m wbtyped.cli`: the command where scripts are not on the path."""

from . import main

main()
