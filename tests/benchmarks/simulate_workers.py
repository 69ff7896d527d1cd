"""How many workers do N scanners need, and where do more workers stop helping? A simulation fed with measured times.

Run: ``python tests/benchmarks/simulate_workers.py`` (needs simpy). Reading pages goes on beside each other, one page for
each core; the catalogue's writers take turns, so what an item writes is the part that does not scale.
"""

from __future__ import annotations

import argparse
import random
import statistics
from dataclasses import dataclass

import simpy


@dataclass(frozen=True)
class Times:
    """Seconds, as measured (docs/performance.md)."""

    page: float
    """Reading a page on one core, all included."""
    write: float
    """One writing transaction."""
    writes: int
    """Writing transactions of one file from the inbox to its index."""
    pages: float
    """Pages of a file on average."""


def run(times: Times, *, cores: int, files: float, seconds: float, seed: int = 1) -> tuple[float, float, float]:
    """Let files come for a while; return files a second that ended, the median wait and the longest queue.

    Args:
        times: measured.
        cores: reading processes in all.
        files: files a second that come; 0: as many as can be done (saturation).
        seconds: how long.
        seed: of the arrivals.
    """
    rng = random.Random(seed)
    world = simpy.Environment()
    reading, writing = simpy.Resource(world, cores), simpy.Resource(world, 1)
    waits: list[float] = []
    longest = 0

    def write():
        with writing.request() as turn:
            yield turn
            yield world.timeout(times.write)

    def file():
        nonlocal longest
        came = world.now
        with reading.request() as core:
            longest = max(longest, len(reading.queue))
            yield core
            for n in range(times.writes):
                yield world.process(write())
                if n == 1:
                    pages = max(1, round(rng.expovariate(1 / times.pages)))
                    yield world.timeout(pages * times.page * rng.uniform(0.7, 1.4))
        waits.append(world.now - came)
        if not files:
            world.process(file())

    def scanners():
        while True:
            yield world.timeout(rng.expovariate(files))
            world.process(file())

    if files:
        world.process(scanners())
    else:
        for _ in range(cores * 2):
            world.process(file())
    world.run(until=seconds)
    return len(waits) / seconds, statistics.median(waits) if waits else 0.0, longest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", type=float, default=0.75)
    parser.add_argument("--write", type=float, default=0.012)
    parser.add_argument("--writes", type=int, default=6)
    parser.add_argument("--pages", type=float, default=2.0)
    chosen = parser.parse_args()
    times = Times(chosen.page, chosen.write, chosen.writes, chosen.pages)
    print(times)
    print("\n| cores reading | files a second | pages a second | of perfect |\n| --- | --- | --- | --- |")
    base = run(times, cores=1, files=0, seconds=2000)[0]
    for cores in (1, 2, 4, 16, 64, 128, 256):
        done = run(times, cores=cores, files=0, seconds=400)[0]
        print(f"| {cores} | {done:.1f} | {done * times.pages:.1f} | {done / (base * cores):.0%} |")
    # A scanner of 40 pages a minute, as offices have.
    print("\n| scanners (40 pages a minute) | cores so that half the files are done within 10 s |\n| --- | --- |")
    for scanners in (1, 2, 5, 10, 20, 50):
        files = scanners * 40 / 60 / times.pages
        for cores in range(max(1, int(files * times.pages * times.page)), 200):
            if files * times.writes * times.write > 1:
                print(f"| {scanners} | more than one catalogue writes |")
                break
            _, wait, queue = run(times, cores=cores, files=files, seconds=600)
            if wait < 10 and queue < cores * 20:
                print(f"| {scanners} | {cores} |")
                break


if __name__ == "__main__":
    main()
