"""Hand-over packages (移交包): BagIt bags laid out as the archives' media are, with METS and PREMIS."""

from __future__ import annotations

from dms.adapters.handover.bag import BagHandover

__all__ = ["BagHandover"]
