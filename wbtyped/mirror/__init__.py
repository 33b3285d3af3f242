"""Mirrors: everything of a project in a folder or an object store, and from there to a server.

`collect` reads a project into a mirror, `restore` publishes a mirror to a server. `records` is what
the lines of a mirror say, `catalog` all lines of one, `place` where it is kept. How one reads a
mirror without wbtyped is in the documentation (how-to: mirror a project). Not in this room: serving
a mirror, which the embedded server does by itself (`wbtyped.server.mirror_data`).
"""
