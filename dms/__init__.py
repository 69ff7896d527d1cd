"""dms: dual-track archiving (双轨制 / 两套制), one record on two carriers, paper and electronic."""

__version__ = "0.1.0"
