"""A minimal client of pyright's language server: what an editor asks while a user types."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

from pydantic import TypeAdapter

_message = TypeAdapter(dict[str, object])


class LanguageServer:
    """pyright over the language server protocol, for one file of source code."""

    def __init__(self, root: Path, source: str) -> None:
        self._file = root / "script.py"
        self._file.write_text(source)
        self._lines = source.splitlines()
        self._number = 0
        command = [str(Path(sys.executable).with_name("pyright-langserver")), "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [{"uri": root.as_uri(), "name": "test"}],
                "capabilities": {
                    "textDocument": {
                        "hover": {"contentFormat": ["plaintext"]},
                        "completion": {"completionItem": {"documentationFormat": ["plaintext"]}},
                        "signatureHelp": {
                            "signatureInformation": {"documentationFormat": ["plaintext"]}
                        },
                    },
                    "workspace": {"configuration": True},
                },
            },
        )
        self._notify("initialized", {})
        document = {"uri": self._file.as_uri(), "languageId": "python", "version": 1}
        self._notify("textDocument/didOpen", {"textDocument": {**document, "text": source}})

    def hover(self, marker: str) -> str:
        """Return what the editor shows over the last character of `marker`."""
        return json.dumps(self._ask("textDocument/hover", self._position(marker, -1)))

    def complete(self, marker: str) -> list[str]:
        """Return the names that the editor offers after `marker`."""
        result = json.dumps(self._ask("textDocument/completion", self._position(marker, 0)))
        items = TypeAdapter(list[dict[str, object]])
        listed = _message.validate_json(result)["items"]
        return [str(item["label"]) for item in items.validate_python(listed)]

    def signature(self, marker: str) -> str:
        """Return the signature that the editor shows after `marker`."""
        return json.dumps(self._ask("textDocument/signatureHelp", self._position(marker, 0)))

    def _position(self, marker: str, offset: int) -> dict[str, object]:
        number, line = next((n, text) for n, text in enumerate(self._lines) if marker in text)
        column = line.index(marker) + len(marker) + offset
        return {
            "textDocument": {"uri": self._file.as_uri()},
            "position": {"line": number, "character": column},
        }

    def _ask(self, method: str, params: Mapping[str, object]) -> object:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")
            if "id" in message:
                # The server asks for its settings; an empty answer keeps the defaults.
                empty: list[object] = [{}] * 8
                result = empty if message.get("method") == "workspace/configuration" else None
                self._send({"id": message["id"], "result": result})

    def _notify(self, method: str, params: Mapping[str, object]) -> None:
        self._send({"method": method, "params": params})

    @property
    def _streams(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        writer = self._streams[0]
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.flush()

    def _receive(self) -> dict[str, object]:
        reader, length = self._streams[1], 0
        while (line := reader.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
            assert line or length, "the language server has ended"
        return _message.validate_json(reader.read(length))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
