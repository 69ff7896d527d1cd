"""Every option of an archive, once: file key, environment variable, default and documentation.

An option's value is, in this order: the command's flag, the environment (``DMS_`` + upper-case key), ``dms.toml``
in the home, the default. ``docs/settings.md`` is rendered from here (a test compares them).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from dms.errors import NotFound, Usage
from dms.said import Do, Said

FILE_NAME = "dms.toml"
PREFIX = "DMS_"


def _option(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one archive home. ``{home}`` in a value stands for the home folder."""

    home: Path
    catalogue: str = _option(
        "sqlite:///{home}/archive/catalogue.sqlite", "Database of records, items and numbers, or `postgresql://…`."
    )
    vault: str = _option("file://{home}/archive/vault", "Where originals and versions are kept (OCFL), or `s3://…`.")
    vault_cache: str = _option("{home}/archive/cache", "What was read lately from a vault in a bucket.")
    vault_cache_bytes: int = _option(4 * 1024**3, "How much of it is kept.")
    search: str = _option(
        "whoosh://{home}/archive/index",
        "Full-text index: `whoosh://…`, `tantivy://…` (extra `fast`) or `postgresql://…` (extra `postgres`).",
    )
    parcels: str = _option(
        "", "Where files on their way lie for the workers of other machines: `s3://…` or `file:///shared/folder`."
    )
    host: str = _option("", "This machine's name among several; empty: as the system calls it. No colon.")
    inboxes: tuple[str, ...] = _option(("{home}/inbox",), "Drop folders that are watched.")
    polled: tuple[str, ...] = _option((), "Drop folders on network shares, which send no events: looked through often.")
    poll_seconds: float = _option(5.0, "How often polled folders are looked through.")
    settle_seconds: float = _option(5.0, "How long a dropped file must be still before it is taken.")
    patience_seconds: float = _option(60.0, "How long an unfinished-looking file must be still before it is taken.")
    ignored: tuple[str, ...] = _option(
        (), "Names in drop folders that are left alone, besides the usual junk (docs/operate.md): `*.bak`, `private`."
    )
    sweep_seconds: float = _option(300.0, "How often every drop folder is looked through whole.")
    scheme: str = _option("", "Classification scheme; empty: `scheme.toml` in the home, else the default one.")
    forms: str = _option("", "Folder of form profiles; empty: `forms/` in the home, else the default ones.")
    ocr: str = _option("auto", "`auto`, `rapidocr`, `rapidocr-openvino`, `rapidocr-onnxruntime`, `tesseract`, `none`.")
    ocr_languages: str = _option("chi_sim+chi_tra+eng", "Tesseract's languages.")
    ocr_precision: str = _option(
        "full",
        "How RapidOCR's reader is computed with OpenVINO: `full`, or `int8`, quicker and a little less sure "
        "(docs/performance.md); another model than the one measured runs in full.",
    )
    children: int = _option(0, "Reading processes; 0: one for each core that this process or its container may use.")
    passwords: tuple[str, ...] = _option((), "Passwords tried on locked PDFs.")
    base_url: str = _option(
        "", "Address of the archive's pages, put in front of QR codes; letters, digits and .:/- only."
    )
    oidc_issuer: str = _option(
        "", "Address of the office's directory for sign-in by OpenID Connect (extra `oidc`); empty: passwords only."
    )
    oidc_client_id: str = _option("dms", "The archive's name at the directory.")
    oidc_client_secret: str = _option("", "Its secret there; better in the environment than in the file.")
    oidc_claim: str = _option("preferred_username", "The directory's claim that is a person's login here.")
    max_bytes: int = _option(2 * 1024**3, "Largest file taken.")
    max_pages: int = _option(2000, "Most pages of one file.")
    max_pixels: int = _option(250_000_000, "Most pixels of one page image.")
    max_memory: int = _option(3 * 1024**3, "Most memory of one reading process, bytes.")
    page_seconds: float = _option(120.0, "Longest time for one page.")
    lease_seconds: float = _option(60.0, "How long a worker may stay silent before another takes over its file.")
    log: str = _option("text", "Form of the log on stderr: `text` or `json`.")
    log_level: str = _option("warning", "`debug`, `info`, `warning` or `error`.")
    traces: str = _option(
        "",
        "Collector that is told how long each step takes (OpenTelemetry, extra `otel`), such as "
        "`http://127.0.0.1:4318/v1/traces`; empty: nobody is.",
    )

    @property
    def archive(self) -> Path:
        """The folder of everything the archive keeps on this machine."""
        return self.home / "archive"

    def expand(self, value: str) -> str:
        """Put the home into a value."""
        return value.replace("{home}", str(self.home))

    def folders(self) -> tuple[tuple[Path, bool], ...]:
        """Drop folders with whether they are polled."""
        watched = tuple((Path(self.expand(p)), False) for p in self.inboxes)
        return watched + tuple((Path(self.expand(p)), True) for p in self.polled)


def parcels_for(catalogue: str, vault: str) -> str:
    """Return where files on their way lie for several machines: in the vault's bucket; empty where none is shared."""
    if not (catalogue.startswith("postgresql") and vault.startswith("s3://")):
        return ""
    return re.sub(r"^(s3://[^/?]+)(/[^?]*)?(\?.*)?$", r"\1/parcels\3", vault)


def shared(settings: Settings) -> Settings:
    """Return settings whose search and parcels are shared as well where the catalogue is, unless somebody said."""
    plain = Settings(home=settings.home)
    if settings.catalogue.startswith("postgresql") and settings.search == plain.search:
        settings = replace(settings, search=settings.catalogue)
    if not settings.parcels:
        settings = replace(settings, parcels=parcels_for(settings.catalogue, settings.vault))
    return settings


def load(
    home: Path, *, environ: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None, new: bool = False
) -> Settings:
    """Read the settings of a home.

    Args:
        home: the archive home.
        environ: environment, the process's own unless given.
        flags: values given on the command line; they win.
        new: the archive is about to be made; it has no file yet.

    Raises:
        NotFound: there is no archive home.
        Usage: a key is unknown or its value has the wrong type.
    """
    environ = os.environ if environ is None else environ
    path = home / FILE_NAME
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not new:
            raise NotFound(
                Said("There is no archive in {home}.", home=home),
                Said(
                    "Make one with “{act}”, or name its folder with {inputs}.", act=Do("init"), inputs=Do("", home=True)
                ),
            ) from None
        stored = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise Usage(
            Said("{path} cannot be read: {problem}.", path=path, problem=problem),
            Said("Mend the file; docs/settings.md lists every key."),
        ) from None
    values: dict[str, Any] = {}
    known = {f.name: f for f in fields(Settings) if f.name != "home"}
    for key, value in stored.items():
        if key not in known:
            raise Usage(
                Said("{path} has the unknown key “{key}”.", path=path, key=key),
                Said("docs/settings.md lists every key."),
            )
        values[key] = _typed(key, value, known[key].default, str(path))
    for key, option in known.items():
        text = environ.get(PREFIX + key.upper())
        if text is not None:
            values[key] = _typed(key, _from_text(text, option.default), option.default, PREFIX + key.upper())
    for key, value in (flags or {}).items():
        if value is not None:
            values[key] = _typed(key, value, known[key].default, f"--{key}")
    return Settings(home=home.resolve(), **values)


def _from_text(text: str, default: Any) -> Any:
    if isinstance(default, tuple):
        return [part for part in text.split(os.pathsep) if part]
    for kind in (int, float):
        if isinstance(default, kind):
            try:
                return kind(text)
            except ValueError:
                return text
    return text


def _typed(key: str, value: Any, default: Any, where: str) -> Any:
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
            return tuple(value)
    elif isinstance(default, float):
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
    elif isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    elif isinstance(value, str):
        return value
    kind = {tuple: "a list of texts", float: "a number", int: "a whole number"}.get(type(default), "a text")
    raise Usage(
        Said("“{key}” in {where} must be {kind}.", key=key, where=where, kind=kind),
        Said("docs/settings.md lists every key."),
    )


def documentation() -> str:
    """Return the Markdown table of all options for ``docs/settings.md``."""
    rows = ["| key in `dms.toml` | environment | default | meaning |", "| --- | --- | --- | --- |"]
    for option in fields(Settings):
        if option.name == "home":
            continue
        default = option.default
        shown = ", ".join(default) if isinstance(default, tuple) else str(default)
        rows.append(
            f"| `{option.name}` | `{PREFIX}{option.name.upper()}` | {f'`{shown}`' if shown else '(empty)'} "
            f"| {option.metadata['doc'].replace('|', chr(92) + '|')} |"
        )
    return "\n".join(rows) + "\n"
