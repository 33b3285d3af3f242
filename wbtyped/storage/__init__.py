"""Where the storage goes, and how to get it back: usage reports, retention plans, times to live.

A scan reads what a project or an entity stores, down to the digests of all contents; reports and
plans are computed from that, without further requests. Versions share contents: what deleting one
frees is only what no other version contains.

Nothing is deleted here but by applying a plan. Not in this room: deleting single objects, which
they do themselves, and differences between two versions, which need no scan.
"""
