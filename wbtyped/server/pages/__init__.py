"""The web pages of the server: what a browser shows under the links that clients print.

In this room: signing in, a module for the pages of each area, previews of files, and, in
`templates/` and `static/`, what they look like. Not in it: anything that changes data; the pages
are read only.
"""
