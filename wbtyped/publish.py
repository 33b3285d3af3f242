"""The documented import path of drafts of new versions: `from wbtyped.publish import Draft`."""

from .artifacts.lineage import Draft

__all__ = ["Draft"]
