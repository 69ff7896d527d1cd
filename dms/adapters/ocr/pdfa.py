"""Writes a PDF as PDF/A-2b where that is true, as plain PDF where it is not: no false claim in the metadata.

The rule: a file claims PDF/A-2b if ``pikepdf.pdfa`` (an allow-list validator; ``pip install 'pikepdf[pdfa]'``) approves
the written bytes. Without that package it claims so only if every page is of our own making or a bare scan: one
image in plain colours, our text layer, our stamp, nothing else. Output is the same bytes for the same input.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import ImageCms

from dms.errors import Unreadable
from dms.said import Said

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"{namespace}>
<pdf:Producer>dms</pdf:Producer>{claim}</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
_NAMESPACE = ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
_CLAIM = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
_PAGE_KEYS = frozenset({"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit"})
_SPACES = frozenset({"/DeviceGray", "/DeviceRGB"})
_FILTERS = frozenset({"/DCTDecode", "/FlateDecode", "/CCITTFaxDecode", "/JBIG2Decode"})
_IMAGE_KEYS = frozenset(
    {"/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Filter", "/DecodeParms", "/Decode",
     "/Length", "/ImageMask", "/Name"}
)  # fmt: skip
_BARE_OPERATORS = frozenset({"q", "Q", "cm", "Do", "g", "G", "rg", "RG", "w", "J", "j", "M", "d"})


def save(pdf: Pdf, target: Path, *, sure: bool) -> bool:
    """Write ``pdf`` to ``target``, whole or not at all; return whether it claims PDF/A-2b.

    Args:
        pdf: a document of ours; its metadata and output intents are replaced.
        target: the file.
        sure: every page was made by us or passed :func:`is_bare_scan`.
    """
    part = target.with_name(target.name + ".part")
    approve = _validator()
    claims = approve is not None or sure
    _describe(pdf, claims=claims)
    _write(pdf, part)
    if approve is not None and not approve(part):
        claims = False
        _describe(pdf, claims=False)
        _write(pdf, part)
    _reopen(part, len(pdf.pages))
    os.replace(part, target)  # noqa: PTH105 - replaces an existing target on every system
    return claims


def _reopen(path: Path, count: int) -> None:
    """Open a written copy by its own table of objects, as any reader will, before it is kept for good.

    Raises:
        Unreadable: it does not open without repair, or has other pages.
    """
    try:
        with Pdf.open(path, attempt_recovery=False) as written:
            sound = len(written.pages) == count and not written.get_warnings()
    except pikepdf.PdfError:
        sound = False
    if not sound:
        path.unlink()
        raise Unreadable(
            Said("No sound copy can be written of this PDF."), Said("Print it to a new PDF, and drop that.")
        )


def claims_pdfa(pdf: Pdf) -> bool:
    """True where the metadata says PDF/A-2b."""
    metadata = pdf.Root.get(Name.Metadata)
    return isinstance(metadata, pikepdf.Stream) and b"<pdfaid:part>2</pdfaid:part>" in metadata.read_bytes()


def is_bare_scan(page: pikepdf.Page) -> bool:
    """True for a page that only draws images of plain colours: what scanners make, sure to be fit for PDF/A-2b.

    Removes harmless leftovers of the page (thumbnails, hints of editors) on the way.
    """
    resources = page.obj.get(Name.Resources)
    if resources is None or not set(resources.keys()) <= {"/XObject", "/ProcSet"}:
        return False
    images = resources.get(Name.XObject, Dictionary())
    if not images or not all(_is_plain_image(image) for image in images.as_dict().values()):
        return False
    try:
        operators = {str(step.operator) for step in pikepdf.parse_content_stream(page)}
    except pikepdf.PdfError:
        return False
    if not operators <= _BARE_OPERATORS:
        return False
    for key in set(page.obj.keys()) - _PAGE_KEYS - {"/Annots"}:  # by now only notes of our own
        del page.obj[key]
    return True


def _is_plain_image(image: pikepdf.Object) -> bool:
    if not isinstance(image, pikepdf.Stream) or image.get(Name.Subtype) != Name.Image:
        return False
    if Name.Interpolate in image:
        del image[Name.Interpolate]
    if not set(image.keys()) <= _IMAGE_KEYS:
        return False
    filters = image.get(Name.Filter, Array())
    names = [str(f) for f in (filters.as_list() if isinstance(filters, Array) else [filters])]
    space = image.get(Name.ColorSpace)
    plain = bool(image.get(Name.ImageMask, False)) or (isinstance(space, Name) and str(space) in _SPACES)
    return plain and set(names) <= _FILTERS


def _validator() -> Callable[[Path], bool] | None:
    """Return what approves a written file; None where ``pikepdf[pdfa]`` is not installed."""
    try:
        from pikepdf import pdfa
    except ImportError:
        return None
    return lambda path: bool(pdfa.validate_written(path, "2b").passed)


def _describe(pdf: Pdf, *, claims: bool) -> None:
    for key in (Name.OutputIntents, Name.Metadata):
        if key in pdf.Root:
            del pdf.Root[key]
    if Name.Info in pdf.trailer:
        del pdf.trailer[Name.Info]
    text = _XMP.format(namespace=_NAMESPACE if claims else "", claim=_CLAIM if claims else "")
    metadata = pdf.make_stream(text.encode("utf-8"), Dictionary(Type=Name.Metadata, Subtype=Name.XML))
    pdf.Root.Metadata = metadata
    if claims:
        profile = pdf.make_stream(_srgb(), Dictionary(N=3))
        intent = Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=String("sRGB"),
            Info=String("sRGB"),
            DestOutputProfile=profile,
        )
        pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])


def _srgb() -> bytes:
    """Return an sRGB profile; its date is fixed so that a repeat writes the same bytes."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07D000010001000000000000")
    profile[84:100] = bytes(16)
    return bytes(profile)


def complete_trailer(pdf: Pdf) -> None:
    """Give a document mended in memory the size its trailer lacks: without it qpdf writes a table nobody can read."""
    if Name.Size not in pdf.trailer:
        pdf.trailer.Size = len(pdf.objects) + 1


def _write(pdf: Pdf, target: Path) -> None:
    complete_trailer(pdf)
    pdf.save(
        target,
        deterministic_id=True,
        min_version="1.7",
        force_version="1.7",
        preserve_pdfa=True,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
