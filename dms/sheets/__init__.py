"""How printed sheets look: each module draws one through the ``Paper`` port, from values it is given.

Which sheets there are, and what stands on them, is told in ``dms.desk.shelf.sheets``.
"""
