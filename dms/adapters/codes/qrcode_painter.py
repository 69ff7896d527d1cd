"""Makes QR symbols with the qrcode package: modules only, whoever draws decides on size and ink."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

from dms.errors import Usage
from dms.said import Said

_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q, "H": ERROR_CORRECT_H}


class QrcodePainter:
    """See :class:`dms.ports.codes.CodePainter`."""

    def matrix(self, text: str, *, level: str) -> tuple[tuple[bool, ...], ...]:
        """Return the modules of the smallest symbol that holds ``text``, no quiet zone.

        Raises:
            Usage: an unknown level, or more text than a symbol holds.
        """
        if level not in _LEVELS:
            raise Usage(Said("There is no error-correction level “{level}”.", level=level), Said("Levels: L, M, Q, H."))
        symbol = qrcode.QRCode(version=None, error_correction=_LEVELS[level], border=0)
        symbol.add_data(text, optimize=0)
        try:
            symbol.make(fit=True)
        except (ValueError, qrcode.exceptions.DataOverflowError):
            raise Usage(Said("The text is too long for a QR code."), Said("Shorten base_url in dms.toml.")) from None
        return tuple(tuple(bool(cell) for cell in row) for row in symbol.get_matrix())
