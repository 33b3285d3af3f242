"""The example in the docstring of the file system."""

import doctest

from tests.example_server import fill
from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import WandbServer


def test_docstring_example_prints_what_it_shows(wandb_server: WandbServer) -> None:
    fill(wandb_server)
    [example] = [
        found
        for found in doctest.DocTestFinder(recurse=False).find(WandbFileSystem, "WandbFileSystem")
        if found.examples
    ]
    example.globs["WandbFileSystem"] = WandbFileSystem
    printed: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=printed.append)
    assert not "".join(printed)
