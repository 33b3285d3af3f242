"""Projects and registries: list them, and list what they contain.

Runs and artifacts have rooms of their own; this one only leads to them.
"""
