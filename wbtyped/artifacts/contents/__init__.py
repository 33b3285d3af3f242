"""The files of a version: its manifest, what a download has to fetch, and folders on disk.

Nothing here knows runs, collections or links; `version.VersionContents` is all it takes of an
artifact.
"""
