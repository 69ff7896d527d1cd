"""The API under ``/api/v1``: what the pages do, as JSON, in the name of whoever signed in or whose token it is.

Lists come in pages: ``next`` is the cursor of the following one. Errors are problem details (RFC 9457). A POST with an
``Idempotency-Key`` can be repeated safely. A record's ``ETag`` goes back in ``If-Match`` so that nobody overwrites
what he has not seen.
"""

from __future__ import annotations

from fastapi import APIRouter

from dms.faces.web.api import appraisal, archive, consent, files, masters, records, sheets, shelf
from dms.faces.web.api.common import Call

router = APIRouter(prefix="/api/v1", route_class=Call)
PARTS = (archive, records, files, consent, appraisal, shelf, masters, sheets)
for part in PARTS:
    router.include_router(part.router)
