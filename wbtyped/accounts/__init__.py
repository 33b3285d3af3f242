"""Users, projects and registries: who owns the runs and artifacts.

Runs and artifacts themselves, which live in projects, have rooms of their own.
"""
