"""Users, entities and registries: who owns the projects.

The projects themselves have a room of their own, above that of the artifacts that they contain.
"""
