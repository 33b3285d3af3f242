"""References to content that stays where it is: from a URI to entries of a manifest.

`reference` checks a URI, `resolve` finds its entries, by a module for each kind of store. Entries
are those of the official client, value by value, since the digest of a version depends on them.
No request here carries an API key or other credentials, except queries to the W&B server.
"""
