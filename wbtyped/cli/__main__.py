"""`python -m wbtyped.cli`: run the command where scripts are not on the PATH."""

from . import main

main()
