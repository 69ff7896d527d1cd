"""Which way up a page is: the lines' aspect tells sideways from upright, a few lines read both ways the rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dms.adapters.ocr.pixels import Quads

PROBES = 6
_LONG = 2.0
_MAX_PROBE_ASPECT = 14.0


def sizes(quads: Quads) -> tuple[Quads, Quads]:
    """Return widths and heights of quads, shape (n,) each."""
    across = np.linalg.norm(quads[:, 0] - quads[:, 1], axis=1)
    down = np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1)
    return across, down


def is_sideways(quads: Quads) -> bool:
    """True where most of the long lines, by length, run from top to bottom."""
    across, down = sizes(quads)
    wide = across[across > _LONG * down].sum()
    tall = down[down > _LONG * across].sum()
    return bool(tall > wide)


def probes(quads: Quads) -> list[int]:
    """Return the indices of about six lines that say most about which way up they are.

    Long lines of at most fourteen heights: long enough to be sure, short enough to be cheap.
    """
    across, down = sizes(quads)
    aspect = across / np.maximum(down, 1.0)
    order = np.argsort(-np.minimum(aspect, _MAX_PROBE_ASPECT) * np.sqrt(np.maximum(down, 1.0)))
    short = [int(i) for i in order if aspect[i] <= _MAX_PROBE_ASPECT]
    long = [int(i) for i in order if aspect[i] > _MAX_PROBE_ASPECT]
    return (short + long)[:PROBES]


def weight(pairs: Sequence[tuple[str, float]]) -> float:
    """Return the mean confidence of (text, confidence) weighted by length, 0 where nothing was read."""
    total = sum(len(text) for text, _ in pairs)
    return sum(len(text) * sure for text, sure in pairs) / total if total else 0.0
