"""What touches the file system: safe paths, open folders, temporary files, checksums.

Nothing here knows of URLs or HTTP. Whatever writes below a download root belongs here, so that it
never follows a link and only ever removes files of its own.
"""
