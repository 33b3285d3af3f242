"""Runs and their files: load, list, upload, delete, and plan downloads.

Where a run meets artifacts (`logged_artifacts`), `artifacts.lineage` builds the public `Run` on the
classes here; the bytes of files are moved by `download`.
"""
