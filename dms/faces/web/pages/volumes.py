"""Volumes: the list, and what is in one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dms.desk.shelf import volume_of, volumes
from dms.faces.web.view import render, world_of

router = APIRouter(include_in_schema=False)


@router.get("/volumes")
def volumes_page(request: Request) -> Response:
    """List volumes."""
    return render(request, "volumes.html", volumes=volumes(world_of(request)))


@router.get("/volumes/{number}")
def volume_page(request: Request, number: str) -> Response:
    """List what is in a volume."""
    volume, records = volume_of(world_of(request), number)
    return render(request, "volume.html", volume=volume, records=records)
