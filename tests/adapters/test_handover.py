"""The hand-over package: written whole or not at all, checked by others' programs, read back equal, attacks refused."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import io
import json
import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import bagit
import jsonschema
import pytest
from lxml import etree

from dms.adapters.handover import BagHandover
from dms.adapters.handover.layout import content_names, is_safe
from dms.adapters.handover.stranger import Limits
from dms.domain.record import Carrier, Link, LinkState, Record, RecordState, Track
from dms.errors import Conflict, Damaged, DmsError, LimitExceeded, NotFound, Unavailable, Usage
from dms.ports.catalogue import Act
from dms.ports.handover import HandedRecord, Package
from dms.ports.vault import StoredFile, Version

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
AT = "2026-11-23T16:05:00+08:00"
ONE, TWO, THREE = "HG01E2026000001", "HG01E2026000002", "HG01E2026000003"
RECORDS = "data/电子档案"
NS = {
    "m": "http://www.loc.gov/METS/",
    "p": "http://www.loc.gov/premis/v3",
    "x": "http://www.w3.org/1999/xlink",
    "c": "urn:dms:schema:catalogue",
}

# The order of the data dictionary, version 3.0, for what we write.
PREMIS_ORDER = {
    "object": ["objectIdentifier", "objectCharacteristics", "originalName"],
    "event": ["eventIdentifier", "eventType", "eventDateTime", "eventDetailInformation", "linkingAgentIdentifier", "linkingObjectIdentifier"],
    "agent": ["agentIdentifier", "agentName", "agentType"],
}  # fmt: skip


def digest(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def stored(path: str, data: bytes) -> StoredFile:
    return StoredFile(path, len(data), digest(data))


def version(number: int, files: dict[str, bytes], user: str = "张三") -> Version:
    return Version(number, f"第{number}版", user, AT, {path: stored(path, data) for path, data in files.items()})


def act(seq: int, target: str, **data: object) -> Act:
    return Act(AT, "李四", "file", target, "归档", data, seq=seq, lived=seq * 60, leaf=f"{seq:064x}")


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return three_records(tmp_path / "vault")


def three_records(vault: Path) -> Package:
    """Two versions of a quotation, a contract on paper only, a letter whose files have awkward names."""
    vault.mkdir()

    def disk(data: bytes) -> Path:
        path = vault / digest(data)[:16]
        path.write_bytes(data)
        return path

    old, scan, text = "报价一".encode() * 50, random.Random(7).randbytes(2_500_000), "春季报价 折扣\f第二页".encode()
    first = {"original/报价单.pdf": old}
    second = {"original/报价单 折扣10%.pdf": scan, "text.txt": text, "record.json": b"{}"}
    quotation = Record(
        ONE,
        title="2026年春季报价 <含税> & “优惠”\n第二行\x0b",
        class_code="04",
        customer="海港贸易有限公司",
        manager="ZHS",
        date=date(2026, 3, 5),
        year=2026,
        retention="D30",
        secrecy="保密",
        state=RecordState.FILED,
        paper_number="HG01-KH·04·2026-D30-ZHS-002-0007",
        volume="HG01-KH·04·2026-D30-ZHS-002",
        fields={"金额": "1,200.50"},
        electronic=Carrier(
            True, "2026/0000/" + ONE, "报价单 折扣10%.pdf", "application/pdf", len(scan), digest(scan), 2
        ),
        paper=Carrier(True, "一号库/2柜/3层/4盒", pages=2),
        link=Link(LinkState.CONFIRMED, "scan+qr", "张三", AT),
        see_also=("HG01-KH·99·2025-D10-ZHS-001-0003",),
    )
    contract = Record(
        TWO,
        title="合作合同",
        class_code="04",
        year=2026,
        track=Track.PAPER,
        state=RecordState.FILED,
        paper_number="HG01-KH·04·2026-D30-ZHS-002-0008",
        volume="HG01-KH·04·2026-D30-ZHS-002",
        paper=Carrier(True, "一号库/2柜/3层/4盒", pages=11),
    )
    letter = b"Dear Sirs"
    mail = Record(
        THREE,
        title="来函",
        customer="Müller & 商社",
        date=date(2026, 4, 1),
        track=Track.ELECTRONIC,
        electronic=Carrier(True, "2026/0000/" + THREE, "Brief.txt", "text/plain", len(letter), digest(letter)),
    )
    awkward = {"original/Brief.txt": letter, "attachments/A.txt": b"1", "attachments/a.txt": b"2", "a:b?.txt": b"3"}
    return Package(
        identifier="HG01-YJ-2026-001",
        fonds="HG01",
        fonds_name="海港公司",
        organisation="海港公司 销售部",
        created_at=AT,
        log_root="ab" * 32,
        log_size=1234,
        records=(
            HandedRecord(
                quotation,
                {path: disk(data) for path, data in second.items()} | {"v1/original/报价单.pdf": disk(old)},
                (version(1, first), version(2, second, "李四")),
                (act(7, ONE, **{"from": "收件箱", "pages": [1, 2]}), act(9, ONE)),
            ),
            HandedRecord(contract, acts=(act(8, TWO),)),
            HandedRecord(mail, {path: lambda data=data: io.BytesIO(data) for path, data in awkward.items()}),
        ),
    )


@pytest.fixture
def handover() -> BagHandover:
    return BagHandover(SCHEMAS)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    BagHandover(SCHEMAS).write(three_records(folder / "vault"), folder / "移交包")
    return folder / "移交包"


@pytest.fixture
def bag(packed: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return Path(shutil.copytree(packed, tmp_path / "移交包"))


def contents(handed: HandedRecord) -> dict[str, bytes]:
    return {
        path: source.read_bytes() if isinstance(source, Path) else source().read()
        for path, source in handed.files.items()
    }


def bare(package: Package) -> Package:
    return replace(package, records=tuple(replace(handed, files={}) for handed in package.records))


def seal(bag: Path) -> None:
    """Make all digests and counts right again, as somebody who means harm would."""
    files = {p.relative_to(bag).as_posix(): p for p in sorted(bag.rglob("*")) if p.is_file() and not p.is_symlink()}
    payload = {name: path for name, path in files.items() if name.startswith("data/")}
    lines = [f"{digest(path.read_bytes())}  {name}\n" for name, path in payload.items()]
    (bag / "manifest-sha512.txt").write_text("".join(lines), encoding="utf-8")
    oxum = f"{sum(path.stat().st_size for path in payload.values())}.{len(payload)}"
    info = (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    info = [f"Payload-Oxum: {oxum}" if line.startswith("Payload-Oxum") else line for line in info]
    (bag / "bag-info.txt").write_text("\n".join(info) + "\n", encoding="utf-8")
    names = ("bag-info.txt", "bagit.txt", "manifest-sha512.txt")
    lines = [f"{digest((bag / name).read_bytes())}  {name}\n" for name in names]
    (bag / "tagmanifest-sha512.txt").write_text("".join(lines), encoding="utf-8")


# -- what is written ------------------------------------------------------------------------------------------


def test_an_independent_validator_takes_it(bag: Path) -> None:
    found = bagit.Bag(str(bag))
    assert found.validate()
    assert found.version_info == (1, 0)
    assert found.info["Source-Organization"] == "海港公司 销售部"
    assert found.info["External-Identifier"] == "HG01-YJ-2026-001"
    assert found.info["Bagging-Date"] == "2026-11-23"
    assert found.info["Log-Root"] == "ab" * 32
    for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        subprocess.run(["sha512sum", "--strict", "--quiet", "-c", name], cwd=bag, check=True)


def test_the_layout_is_that_of_the_media(bag: Path) -> None:
    names = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()}
    assert {name for name in names if name.startswith(f"{RECORDS}/{TWO}/")} == {
        f"{RECORDS}/{TWO}/{name}" for name in ("record.json", "handover.json", "mets.xml")
    }
    assert {"data/说明文件.TXT", "data/文件目录.XML", "data/案卷目录.XML", "data/其他/catalogue.xsd"} <= names
    assert f"{RECORDS}/{ONE}/文件/original/报价单 折扣10_.pdf" in names
    note = (bag / "data/说明文件.TXT").read_text(encoding="utf-8")
    assert "件数：3" in note
    assert "sha512sum -c tagmanifest-sha512.txt" in note


def test_it_reads_back_equal(bag: Path, package: Package, handover: BagHandover) -> None:
    found = handover.read(bag)
    assert bare(found) == bare(package)
    assert [contents(handed) for handed in found.records] == [contents(handed) for handed in package.records]
    for handed in found.records:
        assert all(isinstance(path, Path) and path.is_relative_to(bag) for path in handed.files.values())


def test_a_package_read_can_be_handed_on(bag: Path, handover: BagHandover, tmp_path: Path) -> None:
    handover.write(handover.read(bag), tmp_path / "again")
    ours, theirs = (sorted(p.relative_to(top) for p in top.rglob("*")) for top in (bag, tmp_path / "again"))
    assert ours == theirs
    for name in ours:
        if (bag / name).is_file():
            assert (bag / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_the_catalogues_are_as_their_schema_says(bag: Path) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "catalogue.xsd")))
    rows = {}
    for name, child in (("文件目录", "条目"), ("案卷目录", "案卷")):
        document = etree.parse(str(bag / f"data/{name}.XML"))
        schema.assertValid(document)
        rows[child] = [
            {etree.QName(cell).localname: cell.text or "" for cell in row}
            for row in document.getroot().findall(f"c:{child}", NS)
        ]
    first, paper, _ = rows["条目"]
    assert first["电子文件号"] == ONE
    assert first["题名"] == "2026年春季报价 <含税> & “优惠”\n第二行\ufffd"
    assert first["责任者"] == "海港贸易有限公司"
    assert first["备注"] == "纸质:HG01-KH·04·2026-D30-ZHS-002-0007@一号库/2柜/3层/4盒"
    original = bag / "data" / first["电子档案名称"]
    assert (first["大小"], first["摘要值"]) == (str(original.stat().st_size), digest(original.read_bytes()))
    assert [paper[key] for key in ("电子档案名称", "格式", "大小", "摘要值")] == [""] * 4
    (volume,) = rows["案卷"]
    assert [volume[key] for key in ("档号", "件数", "页数", "年度", "客户经理")] == [
        "HG01-KH·04·2026-D30-ZHS-002", "2", "13", "2026", "ZHS",
    ]  # fmt: skip


def test_handover_json_is_as_its_schema_says(bag: Path) -> None:
    schema = json.loads((SCHEMAS / "handover.schema.json").read_text(encoding="utf-8"))
    for code in (ONE, TWO, THREE):
        jsonschema.validate(json.loads((bag / RECORDS / code / "handover.json").read_bytes()), schema)


@pytest.mark.parametrize("code", [ONE, TWO, THREE])
def test_mets_and_premis_tell_the_files_as_they_are(bag: Path, code: str) -> None:
    """No PREMIS XSD is to be had from PyPI: required elements, references and digests are checked here instead."""
    folder = bag / RECORDS / code
    root = etree.parse(str(folder / "mets.xml")).getroot()
    assert root.get("OBJID") == code
    ids = [node.get("ID") for node in root.iter() if node.get("ID")]
    assert len(ids) == len(set(ids))
    for name in ("ADMID", "DMDID", "FILEID"):
        assert {one for node in root.iter() if node.get(name) for one in node.get(name).split()} <= set(ids)
    order = [etree.QName(node).localname for node in root]
    assert order == ["metsHdr", "dmdSec", "amdSec", "fileSec", "structMap"]

    listed = {}
    for file in root.iterfind(".//m:file", NS):
        path = folder / unquote(file.find("m:FLocat", NS).get(f"{{{NS['x']}}}href"))
        listed[path] = file
        assert file.get("CHECKSUMTYPE") == "SHA-512"
        assert file.get("CHECKSUM") == digest(path.read_bytes())
        assert int(file.get("SIZE")) == path.stat().st_size
        section = root.find(f".//m:techMD[@ID='{file.get('ADMID')}']", NS)
        assert section.findtext(".//p:messageDigest", namespaces=NS) == file.get("CHECKSUM")
        assert section.findtext(".//p:objectIdentifierValue", namespaces=NS) == str(path.relative_to(folder.parent))
        assert section.findtext(".//p:formatName", namespaces=NS)
    assert set(listed) == {p for p in folder.rglob("*") if p.is_file() and p.name != "mets.xml"}
    assert {f.get("ID") for f in listed.values()} == {n.get("FILEID") for n in root.iterfind(".//m:fptr", NS)}

    for node in root.iter(*(f"{{{NS['p']}}}{name}" for name in PREMIS_ORDER)):
        names = [etree.QName(child).localname for child in node]
        assert list(dict.fromkeys(names)) == [
            name for name in PREMIS_ORDER[etree.QName(node).localname] if name in names
        ]
        assert names[0].endswith("Identifier")
    agents = {node.text for node in root.iterfind(".//p:agentIdentifierValue", NS)}
    assert {node.text for node in root.iterfind(".//p:linkingAgentIdentifierValue", NS)} == agents
    for event in root.iterfind(".//p:event", NS):
        assert event.findtext("p:eventDateTime", namespaces=NS) == AT
        assert event.findtext(".//p:linkingObjectIdentifierValue", namespaces=NS) == code
    kinds = [node.text for node in root.iterfind(".//p:eventType", NS)]
    assert kinds[-1] == "information package creation"
    if code == ONE:
        assert kinds[:-1] == ["version", "version", "file", "file"]
        assert {div.get("TYPE") for div in root.iterfind(".//m:div", NS)} == {
            "record", "electronic", "paper", "original", "older", "other", "package",
        }  # fmt: skip
    if code == TWO:
        assert {div.get("TYPE") for div in root.iterfind(".//m:div", NS)} == {"record", "paper", "package"}


def test_mets_is_as_the_official_schema_says(bag: Path) -> None:
    """The METS XSD comes with ``eark-validator`` (Apache-2.0) where that is installed; none is kept here."""
    found = importlib.util.find_spec("eark_validator")
    if found is None or found.origin is None:
        pytest.skip("eark-validator, which ships the METS schema, is not installed")
    here = Path(found.origin).parent / "ipxml/resources/schema"

    class Beside(etree.Resolver):
        def resolve(self, url: str, _: str | None, context: object) -> object:
            return self.resolve_filename(str(here / Path(url).name), context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Beside())
    schema = etree.XMLSchema(etree.parse(str(here / "mets.xsd"), parser))
    for code in (ONE, TWO, THREE):
        document = etree.parse(str(bag / RECORDS / code / "mets.xml"))
        for told in document.iterfind(".//p:object", NS):
            # Its types stand in the PREMIS schema, which is not to be had.
            del told.attrib["{http://www.w3.org/2001/XMLSchema-instance}type"]
        schema.assertValid(document)


def test_steps_are_told(package: Package, handover: BagHandover, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    handover.write(package, tmp_path / "x", lambda *step: told.append(step))
    assert told == [(1, 3, ONE), (2, 3, TWO), (3, 3, THREE)]


def test_a_package_of_no_records_is_one(package: Package, handover: BagHandover, tmp_path: Path) -> None:
    empty = replace(package, records=(), fonds_name="", log_root="", log_size=0)
    handover.write(empty, tmp_path / "x")
    assert handover.read(tmp_path / "x") == empty
    assert bagit.Bag(str(tmp_path / "x")).validate()
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "catalogue.xsd")))
    schema.assertValid(etree.parse(str(tmp_path / "x/data/文件目录.XML")))


def test_names_in_a_package_survive_other_disks() -> None:
    names = content_names(["A/x.pdf", "a/X.pdf", "折扣10%.pdf", " b.txt ", "cafe\u0301", "caf\u00e9", "v1/a\u2028b"])
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert all(is_safe(name) and not set('%:*?"<>|\u2028') & set(name) for name in names.values())
    for bad in ("../x", "/x", "a//b", "a/./b", "a\\b", "a\nb", "\ud800", "", "长" * 100):
        with pytest.raises(Usage):
            content_names([bad])
    with pytest.raises(Usage, match="file, too"):
        content_names(["A", "a/b"])


# -- whole or not at all --------------------------------------------------------------------------------------


def refused(
    handover: BagHandover, package: Package, target: Path, error: type[DmsError], match: str | None = None
) -> None:
    with pytest.raises(error, match=match):
        handover.write(package, target)
    assert not target.with_name(target.name + ".part").exists()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_target_that_is_there_is_never_touched(
    package: Package, handover: BagHandover, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "x"
    {"folder": target.mkdir, "file": target.touch, "link": lambda: target.symlink_to("nowhere")}[kind]()
    refused(handover, package, target, Conflict, "there already")
    assert os.path.lexists(target)


def test_a_file_that_changed_since_it_was_recorded_stops_it(
    package: Package, handover: BagHandover, tmp_path: Path
) -> None:
    path = package.records[0].files["text.txt"]
    assert isinstance(path, Path)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    refused(handover, package, tmp_path / "x", Damaged, "text.txt")
    assert not (tmp_path / "x").exists()


def test_an_original_is_compared_even_where_no_version_is_told(
    package: Package, handover: BagHandover, tmp_path: Path
) -> None:
    mail = package.records[2]
    for files in ({"original/Brief.txt": lambda: io.BytesIO(b"Dear Sir!")}, {}):
        changed = replace(package, records=(replace(mail, files=files),))
        refused(handover, changed, tmp_path / "x", Damaged, "Brief.txt")


def test_what_cannot_be_a_package_is_refused_before_anything_is_written(
    package: Package, handover: BagHandover, tmp_path: Path
) -> None:
    first = package.records[0]
    stray = replace(first, files={**first.files, "stray.txt": tmp_path / "none"})
    bad = [
        replace(package, identifier="a\nLog-Root: b"),
        replace(package, organisation=" "),
        replace(package, created_at="2026-11-23T16:05:00"),
        replace(package, created_at="gestern"),
        replace(package, log_size=-1),
        replace(package, records=(first, first)),
        replace(package, records=(HandedRecord(Record("../x")),)),
        replace(package, records=(HandedRecord(Record(ONE), {"../x": tmp_path}),)),
        replace(package, records=(stray,)),
    ]
    for one in bad:
        refused(handover, one, tmp_path / "x", Usage)
    with pytest.raises(Usage, match="cannot be a package"):
        handover.write(package, Path("/"))
    refused(handover, package, tmp_path / "none" / "x", NotFound)


@pytest.mark.parametrize(("source", "error"), [("none", NotFound), ("folder", Usage), ("pipe", Usage)])
def test_a_source_that_is_no_file_stops_it(
    package: Package, handover: BagHandover, tmp_path: Path, source: str, error: type[DmsError]
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    one = HandedRecord(Record(ONE), {"a.txt": tmp_path / source})
    refused(handover, replace(package, records=(one,)), tmp_path / "x", error, "a.txt")


def test_a_full_disk_leaves_nothing(package: Package, handover: BagHandover, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        refused(handover, package, tmp_path / "x", Unavailable, "cannot be written")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "x").exists()
    handover.write(package, tmp_path / "x")


def test_whoever_stops_it_leaves_nothing(package: Package, handover: BagHandover, tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handover.write(package, tmp_path / "x", stop)
    assert {path.name for path in tmp_path.iterdir()} == {"vault"}


def test_what_a_crash_left_is_taken_over(package: Package, handover: BagHandover, bag: Path, tmp_path: Path) -> None:
    bag.rename(tmp_path / "x.part")
    handover.write(package, tmp_path / "x")
    assert handover.read(tmp_path / "x").identifier == package.identifier


def test_anybody_elses_folder_is_left_alone(package: Package, handover: BagHandover, tmp_path: Path) -> None:
    part = tmp_path / "x.part"
    part.mkdir()
    (part / "diary.txt").touch()
    with pytest.raises(Conflict):
        handover.write(package, tmp_path / "x")
    assert (part / "diary.txt").exists()
    (part / "diary.txt").unlink()
    lock = os.open(part, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(Conflict):
        handover.write(package, tmp_path / "x")
    os.close(lock)
    handover.write(package, tmp_path / "x")


# -- a stranger's package -------------------------------------------------------------------------------------


def spoil(handover: BagHandover, bag: Path, error: type[DmsError], match: str | None = None) -> DmsError:
    with pytest.raises(error, match=match) as caught:
        handover.read(bag)
    assert caught.value.hint
    return caught.value


def test_every_file_is_checked_to_the_byte(bag: Path, handover: BagHandover) -> None:
    for path in sorted(p for p in bag.rglob("*") if p.is_file()):
        name, data = path.relative_to(bag).as_posix(), path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises((Damaged, Usage)) as caught:
            handover.read(bag)
        assert path.name in caught.value.message, name
        path.unlink()
        with pytest.raises((Damaged, Usage)) as caught:
            handover.read(bag)
        assert path.name in caught.value.message, name
        path.write_bytes(data)
    handover.read(bag)


@pytest.mark.parametrize("name", ["extra.txt", "fetch.txt", "data/x.txt", f"{RECORDS}/{ONE}/文件/x", "data/其他/.x"])
def test_a_file_too_many_is_named(bag: Path, handover: BagHandover, name: str) -> None:
    (bag / name).touch()
    spoil(handover, bag, Damaged, Path(name).name)


@pytest.mark.parametrize("name", ["data/x.txt", f"{RECORDS}/{ONE}/文件/x", f"{RECORDS}/{ONE}x/record.json"])
def test_a_file_too_many_is_named_even_with_its_digest(bag: Path, handover: BagHandover, name: str) -> None:
    (bag / name).parent.mkdir(exist_ok=True)
    (bag / name).write_bytes(b"x")
    seal(bag)
    spoil(handover, bag, Damaged, Path(name).name)


def test_a_sealed_copy_without_changes_is_taken(bag: Path, handover: BagHandover, package: Package) -> None:
    seal(bag)
    assert bare(handover.read(bag)) == bare(package)


@pytest.mark.parametrize(
    "path", ["data/../../secret", "/etc/passwd", "data/..", "../x", "data//x", "data\\..\\x", "data/a%0Ab", "./data/x"]
)
def test_a_manifest_cannot_lead_out(bag: Path, handover: BagHandover, path: str) -> None:
    (bag.parent / "secret").write_bytes(b"s")
    manifest = bag / "manifest-sha512.txt"
    manifest.write_text(manifest.read_text(encoding="utf-8") + f"{digest(b's')}  {path}\n", encoding="utf-8")
    tags = [f"{digest((bag / n).read_bytes())}  {n}\n" for n in ("bag-info.txt", "bagit.txt", "manifest-sha512.txt")]
    (bag / "tagmanifest-sha512.txt").write_text("".join(tags), encoding="utf-8")
    spoil(handover, bag, Usage, "cannot be in a package")


def test_a_file_named_twice_or_a_line_that_is_none_is_refused(bag: Path, handover: BagHandover) -> None:
    tag = bag / "tagmanifest-sha512.txt"
    data = tag.read_text(encoding="utf-8")
    for more in (data.splitlines()[0] + "\n", "abc  data/x\n", f"{'0' * 128}\n"):
        tag.write_text(data + more, encoding="utf-8")
        spoil(handover, bag, Damaged, "tagmanifest")
    tag.write_bytes(b"\xff\xfe")
    spoil(handover, bag, Damaged, "UTF-8")


@pytest.mark.parametrize("where", ["file", "folder", "outside", "pipe", "top"])
def test_links_and_devices_are_refused(bag: Path, handover: BagHandover, where: str) -> None:
    target = bag / RECORDS / ONE / "文件/text.txt"
    if where == "file":
        target.rename(bag.parent / "text.txt")
        target.symlink_to(bag.parent / "text.txt")
    elif where == "folder":
        (bag / RECORDS / ONE).rename(bag.parent / ONE)
        (bag / RECORDS / ONE).symlink_to(bag.parent / ONE, target_is_directory=True)
    elif where == "outside":
        (bag / "data/其他/x").symlink_to("/etc/passwd")
    elif where == "pipe":
        os.mkfifo(bag / "data/其他/x")
    else:
        (bag / "bagit.txt").rename(bag.parent / "bagit.txt")
        (bag / "bagit.txt").symlink_to(bag.parent / "bagit.txt")
    spoil(handover, bag, Usage, "link or device")


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("dtd", [BOMB, OUTSIDE, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'])
@pytest.mark.parametrize("name", ["data/文件目录.XML", "data/案卷目录.XML", f"{RECORDS}/{ONE}/mets.xml"])
def test_xml_asks_for_nothing(bag: Path, handover: BagHandover, name: str, dtd: str) -> None:
    path = bag / name
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(f"{head}\n{dtd}\n{body}", encoding="utf-8")
    seal(bag)
    spoil(handover, bag, Damaged, "no XML that can be read")


@pytest.mark.parametrize("name", ["data/文件目录.XML", "data/案卷目录.XML", f"{RECORDS}/{ONE}/mets.xml"])
@pytest.mark.parametrize("data", [b"", b"<", b"<a>" * 100_000, b"\xff\xfe", b'<?xml version="1.0" encoding="x"?><a/>'])
def test_broken_xml_with_right_digests_is_refused(bag: Path, handover: BagHandover, name: str, data: bytes) -> None:
    (bag / name).write_bytes(data)
    seal(bag)
    spoil(handover, bag, Damaged, Path(name).name)


@pytest.mark.parametrize("name", ["record.json", "handover.json"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"[]",
        lambda data: b"[" * 100_000,
        lambda data: b'{"files": 1}',
        lambda data: b"\xff" + data,
        lambda data: data.replace(b'"', b"'"),
        lambda data: b'{"x": 1' + b"0" * 10_000 + b"}",
    ],
)
def test_broken_json_with_right_digests_is_refused(
    bag: Path, handover: BagHandover, name: str, damage: Callable[[bytes], bytes]
) -> None:
    path = bag / RECORDS / ONE / name
    path.write_bytes(damage(path.read_bytes()))
    seal(bag)
    spoil(handover, bag, Damaged, name)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("record.json", {"title": 5}),
        ("record.json", {"title": "\ud800"}),
        ("record.json", {"year": "2026"}),
        ("record.json", {"fields": {"a": 1}}),
        ("record.json", {"uncertain": [1]}),
        ("record.json", {"state": "stolen"}),
        ("record.json", {"paper": {"present": 1}}),
        ("record.json", {"code": TWO}),
        ("record.json", {"title": "另一题名"}),
        ("record.json", {"volume": ""}),
        ("record.json", {"surprise": 1}),
        ("handover.json", {"format": 2}),
        ("handover.json", {"files": {}}),
        ("handover.json", {"files": {"../x": {"path": "文件/text.txt", "size": 1, "sha512": ""}}}),
        ("handover.json", {"files": {"x": {"path": "../../../bagit.txt", "size": 1, "sha512": ""}}}),
        ("handover.json", {"files": {"x": {"path": "文件/text.txt", "size": 1, "sha512": ""}}}),
        ("handover.json", {"versions": [{"number": 1}]}),
        ("handover.json", {"acts": [{"at": 1, "user": "", "act": "", "target": ""}]}),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    bag: Path, handover: BagHandover, name: str, change: dict[str, object]
) -> None:
    path = bag / RECORDS / ONE / name
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}), encoding="utf-8")
    seal(bag)
    spoil(handover, bag, Damaged)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/文件目录.XML", ONE, "../../.."),
        ("data/文件目录.XML", ONE, TWO),
        ("data/文件目录.XML", "来函", "去函"),
        ("data/文件目录.XML", "<密级>", "<机密/><密级>"),
        ("data/案卷目录.XML", "<件数>2", "<件数>3"),
        (f"{RECORDS}/{ONE}/mets.xml", 'SIZE="2500000"', 'SIZE="1"'),
        (f"{RECORDS}/{ONE}/mets.xml", 'CHECKSUM="', 'CHECKSUM="00'),
        (f"{RECORDS}/{ONE}/mets.xml", "text.txt", "../text.txt"),
        (f"{RECORDS}/{ONE}/mets.xml", f'OBJID="{ONE}"', f'OBJID="{TWO}"'),
        ("bag-info.txt", "Log-Size: 1234", "Log-Size: many"),
        ("bag-info.txt", "Created-At: ", "Created: "),
        ("bag-info.txt", "Fonds: ", "External-Identifier: "),
        ("bag-info.txt", "Fonds: HG01", "no label"),
    ],
)
def test_a_part_rewritten_with_right_digests_is_refused(
    bag: Path, handover: BagHandover, name: str, old: str, new: str
) -> None:
    path = bag / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    seal(bag)
    spoil(handover, bag, Damaged)


def test_an_original_other_than_recorded_is_refused_with_right_digests(bag: Path, handover: BagHandover) -> None:
    folder = bag / RECORDS / ONE
    name = "original/报价单 折扣10%.pdf"
    other = b"forged"
    (folder / "文件/original/报价单 折扣10_.pdf").write_bytes(other)
    told = json.loads((folder / "handover.json").read_bytes())
    told["files"][name].update(size=len(other), sha512=digest(other))
    (folder / "handover.json").write_text(json.dumps(told), encoding="utf-8")
    seal(bag)
    spoil(handover, bag, Damaged, "not what the archive recorded")
    told["versions"][-1]["files"][name] = {"size": len(other), "sha512": digest(other)}
    (folder / "handover.json").write_text(json.dumps(told), encoding="utf-8")
    seal(bag)
    spoil(handover, bag, Damaged, "its original")


def test_other_folders_are_no_packages(bag: Path, package: Package, handover: BagHandover, tmp_path: Path) -> None:
    spoil(handover, tmp_path / "none", NotFound, "no folder")
    spoil(handover, tmp_path / "vault", Usage, "no package")
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n")
    seal(bag)
    spoil(handover, bag, Usage, "BagIt 1.0")


def test_names_no_package_has_are_refused(bag: Path, handover: BagHandover) -> None:
    for name in (b"a\nb", b"\xff\xfe", b"a\x1b[31m"):
        path = os.path.join(os.fsencode(bag / "data"), name)  # noqa: PTH118
        os.close(os.open(path, os.O_CREAT))
        spoil(handover, bag, Usage, "cannot be in a package")
        os.unlink(path)  # noqa: PTH108


@pytest.mark.parametrize(
    "limits", [Limits(entries=10), Limits(size=1000), Limits(manifest=100), Limits(catalogue=100), Limits(document=100)]
)
def test_no_more_than_its_limits_is_read(bag: Path, limits: Limits) -> None:
    spoil(BagHandover(SCHEMAS, limits), bag, LimitExceeded)


def test_a_copy_with_windows_line_ends_in_its_tag_files_is_taken(
    bag: Path, handover: BagHandover, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bag, copy)
    for name in ("manifest-sha512.txt", "bag-info.txt", "bagit.txt"):
        (copy / name).write_bytes((copy / name).read_bytes().replace(b"\n", b"\r\n"))
    tags = [
        f"{digest((copy / n).read_bytes()).upper()} \t{n}\r\n"
        for n in ("bag-info.txt", "bagit.txt", "manifest-sha512.txt")
    ]
    (copy / "tagmanifest-sha512.txt").write_bytes("".join(tags).encode())
    assert bare(handover.read(copy)) == bare(handover.read(bag))
