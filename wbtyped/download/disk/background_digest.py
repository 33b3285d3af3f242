"""Compute a digest during a transfer instead of after it."""

import queue
import threading

from .digests import Algorithm, Hash, new_hash

QUEUE_BLOCKS = 16
"""Blocks that may wait for the digest, so that memory stays bounded."""


class BackgroundDigest:
    """Digests blocks as they arrive; those of a large file in a thread of its own.

    hashlib releases the GIL while it works, so the thread is a real gain.
    """

    def __init__(self, algorithm: Algorithm) -> None:
        self._algorithm: Algorithm = algorithm
        self._hash: Hash = new_hash(algorithm)
        self._blocks: queue.Queue[bytes | None] | None = None
        self._thread: threading.Thread | None = None

    def update(self, block: bytes) -> None:
        """Add a block, which must not change afterwards."""
        if self._blocks is None:
            self._hash.update(block)
        else:
            self._blocks.put(block)

    def start_thread(self) -> None:
        """Digest the following blocks in a thread."""
        if self._blocks is None:
            self._blocks = queue.Queue(QUEUE_BLOCKS)
            self._thread = threading.Thread(target=self._work, args=(self._blocks,), daemon=True)
            self._thread.start()

    def _work(self, blocks: "queue.Queue[bytes | None]") -> None:
        while (block := blocks.get()) is not None:
            self._hash.update(block)

    def restart(self) -> None:
        """Discard all blocks so far."""
        self.close()
        self._hash = new_hash(self._algorithm)

    def digest(self) -> bytes:
        """Return the digest of all blocks."""
        self.close()
        return self._hash.digest()

    def close(self) -> None:
        """End the thread, once it has digested all blocks."""
        if self._blocks is not None and self._thread is not None:
            self._blocks.put(None)
            self._thread.join()
        self._blocks = self._thread = None
