"""New versions of artifacts, from local files to the server.

`draft` says what a version will contain: files, references, and what an earlier version has;
`publication` sends it: references, names, then `version`: create, upload, commit. The public class
is `lineage.Draft`, which users import from `wbtyped.publish`. Nothing here downloads, and files of
runs are in `wbtyped.runs`.
"""
