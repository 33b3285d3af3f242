"""`python -m wbtyped`: run the command where scripts are not on the PATH."""

from .cli import main

main()
