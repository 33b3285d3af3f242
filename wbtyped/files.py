"""The documented import path of run files: `from wbtyped.files import Files, File`."""

from .artifacts.lineage import File, Files

__all__ = ["File", "Files"]
