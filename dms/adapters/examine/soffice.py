"""LibreOffice, as an outside program: turns old office files into ones our readers take.

It runs within the limits of the reading process that asks, with a profile of its own: no macros, no links followed, and
no network where the system lets an ordinary process give it up.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from dms.errors import LimitExceeded, Unreadable
from dms.said import Do, Said

INSTALL = Said(
    "Install LibreOffice (“{act}” names the package), then “{act_2}”; or save it as docx, xlsx or PDF.",
    act=Do("doctor"),
    act_2=Do("retry"),
)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# A first start makes its profile and may ask to be started again.
_START_AGAIN = 81
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{}</oor:items>
"""
_SETTING = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>\n'
_KEPT = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Common/Save/Document", "CreateBackup", "false"),
    ("Office.Recovery/AutoSave", "Enabled", "false"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Setup/Product", "ooSetupLastVersion", "99"),
)


def program() -> str:
    """Return where LibreOffice is, empty where it is not."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def convert(path: Path, suffix: str, target: str, work: Path, seconds: float) -> Path:
    """Return a copy of a file in another format.

    Args:
        path: the file.
        suffix: of its kind, with its dot; LibreOffice goes by it where the content leaves a doubt.
        target: suffix of the wanted kind, without its dot.
        work: where to put the copy.
        seconds: how long it may take.

    Raises:
        Unreadable: LibreOffice is not there, or cannot open the file.
        LimitExceeded: it took too long.
    """
    office = program()
    if not office:
        raise Unreadable(Said("Files of this kind are read with LibreOffice, which is not installed."), INSTALL)
    folder = work / "office"
    folder.mkdir(exist_ok=True)
    source = folder / f"source{suffix}"
    with suppress(FileExistsError):
        os.link(path, source) if _same_disk(path, folder) else shutil.copyfile(path, source)
    made = folder / f"source.{target}"
    if made == source:
        made = folder / "made" / made.name
    command = [
        office, f"-env:UserInstallation={_profile().as_uri()}", "--headless", "--norestore", "--nologo", "--nodefault",
        "--nolockcheck", "--convert-to", target, "--outdir", str(made.parent), str(source),
    ]  # fmt: skip
    for _ in range(2):
        if _run(command, seconds) != _START_AGAIN:
            break
    source.unlink(missing_ok=True)
    if not made.is_file() or not made.stat().st_size:
        raise Unreadable(
            Said("LibreOffice cannot open it: it is damaged, or locked with a password."),
            Said("Open it in its own program, save it without a password as docx, xlsx or PDF, and drop that."),
        )
    return made


def _same_disk(path: Path, folder: Path) -> bool:
    return path.stat().st_dev == folder.stat().st_dev


def _profile() -> Path:
    """The profile of this process, made at its first file; its temporary folder goes when the process goes."""
    folder = Path(tempfile.gettempdir()) / f"dms-office-{os.getpid()}"
    settings = folder / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        told = "".join(_SETTING.format(*one) for one in _KEPT)
        settings.write_text(_SETTINGS.format(told), encoding="utf-8")
    return folder


def _run(command: list[str], seconds: float) -> int:
    kept = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
    environment = {k: os.environ[k] for k in kept if k in os.environ}
    environment |= {"HOME": str(_profile()), "SAL_USE_VCLPLUGIN": "svp", "SAL_LOG": "-WARN-INFO"}
    process = subprocess.Popen(  # noqa: S603 - no shell; the program is the one found, the paths are ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
        preexec_fn=_without_network,  # this process has one thread
    )  # fmt: skip
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        raise LimitExceeded(
            Said("LibreOffice took longer than {seconds:.0f} seconds.", seconds=seconds),
            Said("Save it as docx, xlsx or PDF, and drop that."),
        ) from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started (its launcher waits for the real program)."""
    import psutil

    with suppress(psutil.Error):
        for one in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.Error):
                one.send_signal(signal.SIGKILL)
    process.kill()
    process.wait()


def _without_network() -> None:
    """Leave the network, where the system lets this process; LibreOffice needs none."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
