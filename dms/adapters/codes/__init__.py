"""Two-dimensional codes, read and drawn."""

from __future__ import annotations

from dms.ports.codes import CodePainter, CodeReader


def open_code_reader() -> CodeReader:
    """Return the reader of QR codes on scans.

    Raises:
        MissingProgram: zxing-cpp is not installed.
    """
    from dms.adapters.codes.zxing_reader import ZxingReader

    return ZxingReader()


def open_code_painter() -> CodePainter:
    """Return what makes QR symbols."""
    from dms.adapters.codes.qrcode_painter import QrcodePainter

    return QrcodePainter()
