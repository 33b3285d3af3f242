"""What moves the bytes: httpx in threads, or libcurl.

An engine takes attempts from a `Schedule`, passes status, headers and body to their handlers, and
reports how each ended. What a response means, and whether to retry, is decided outside, once for
all engines: in `response.py` and `schedule.py`.
"""
