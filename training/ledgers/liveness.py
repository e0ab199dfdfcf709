"""Who still gives signs of life, judged by this observer's own monotonic clock, never by written timestamps."""

from __future__ import annotations

import threading
from collections.abc import Collection, Hashable

from ...core.clock import Clock
from ...core.records.worker import Worker


class Liveness:
    """Remembers for each key the last mark seen and when it changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[Hashable, float, bool]] = {}
        self._lock = threading.Lock()
        self._began = False

    def still_s(self, key: str, mark: Hashable) -> float:
        """Seconds for which `key` has shown this same mark; 0 at the first sight."""
        now = self._clock.monotonic()
        with self._lock:
            sighting = self._seen.get(key)
            if sighting is not None and sighting[0] == mark:
                return now - sighting[1]
            # The first look finds rows of unknown age; whatever appears or changes later is alive.
            self._seen[key] = (mark, now, sighting is not None or self._began)
            return 0.0

    def moved(self, key: str) -> bool:
        """Tell whether this observer has seen the mark of `key` change, or `key` appear."""
        with self._lock:
            sighting = self._seen.get(key)
            return sighting is not None and sighting[2]

    def witness(self, key: str, mark: Hashable) -> None:
        """Note that this very process wrote the mark: it is alive."""
        with self._lock:
            self._seen[key] = (mark, self._clock.monotonic(), True)

    def keep(self, keys: Collection[str]) -> None:
        """Forget all other keys; called after a full look."""
        with self._lock:
            self._began = True
            for gone in self._seen.keys() - set(keys):
                del self._seen[gone]

    def restart(self) -> None:
        """We could not look for a while: what stood still in that time proves nothing."""
        now = self._clock.monotonic()
        with self._lock:
            self._seen = {key: (mark, now, moved) for key, (mark, _, moved) in self._seen.items()}


def look(workers: list[Worker], sightings: Liveness, lease_s: float) -> tuple[list[Worker], list[str]]:
    """Part the workers seen moving within the lease, and the ids of those silent for longer."""
    still = {worker.id: sightings.still_s(worker.id, worker.beat) for worker in workers}
    alive = [worker for worker in workers if sightings.moved(worker.id) and still[worker.id] < lease_s]
    sightings.keep([worker.id for worker in workers])
    return alive, [worker_id for worker_id, silence in still.items() if silence >= lease_s]
