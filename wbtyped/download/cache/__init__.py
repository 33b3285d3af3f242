"""Downloaded files kept on this machine by digest: the store, and its maintenance.

Nothing here sends requests. What the manifests and versions that it keeps mean is up to
`artifacts/contents/offline_index.py`.
"""
