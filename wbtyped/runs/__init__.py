"""Runs, what they logged, and their files: list, load, upload, delete, and plan downloads.

Where a run meets artifacts (`logged_artifacts`), `artifacts.lineage` builds the public `Run` on the
classes here; the bytes of files are moved by `download`.
"""
