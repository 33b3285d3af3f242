"""Find the settings of a client: server, API key, cache, proxies, limits.

They come from arguments, environment variables and files. Nothing here sends a request.
"""
