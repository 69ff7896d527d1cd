"""``说明文件.TXT``: what the package is and how to check it, for a person without any program of ours."""

from __future__ import annotations

from dms.adapters.handover import tags
from dms.ports.handover import Package


def written(package: Package, *, files: int, size: int) -> bytes:
    """Write the note.

    Args:
        package: the package.
        files: how many files of records it holds.
        size: their bytes.
    """
    return f"""\
电子档案移交包说明

移交标识：{package.identifier}
移交单位：{package.organisation}
全宗：{package.fonds} {package.fonds_name}
生成时间：{package.created_at}
件数：{len(package.records)}
文件数：{files}
字节数：{size}
日志根值：{package.log_root or "-"}（{package.log_size} 条）

内容
  文件目录.XML    每件一条：档号、电子文件号、题名、摘要值等；格式见 其他/catalogue.xsd
  案卷目录.XML    按案卷汇总
  电子档案/       每件一个文件夹，以电子文件号命名：
                  文件/ 为档案文件，mets.xml 为元数据（METS、PREMIS），
                  record.json 为档案记录，handover.json 为版本与操作记录
  其他/           上述格式的说明（XSD、JSON Schema）

检查
  本包符合 BagIt 1.0（RFC 8493）。在本包文件夹中运行：
    sha512sum -c {tags.TAG_MANIFEST}
    sha512sum -c {tags.MANIFEST}
  或 bagit.py --validate 本包文件夹。全部通过即内容未变。
  摘要值只能说明内容未变，不能说明由谁制作；请将日志根值与备考表上打印的核对。
  请勿在本包中增删或改动任何文件。

This is a BagIt 1.0 package of {len(package.records)} records. Check it with the commands above; the log root must equal
the printed one. Do not add, remove or change any file in it.
""".encode()
