"""What the pages say, in Chinese and English; every key in both."""

from __future__ import annotations

LANGUAGES = ("zh", "en")

WORDS: dict[str, tuple[str, str]] = {
    "title": ("双轨制档案", "Dual-track archive"),
    "today": ("今日", "Today"),
    "search": ("检索", "Search"),
    "inbox": ("收件", "Inbox"),
    "volumes": ("案卷", "Volumes"),
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出", "Sign out"),
    "login": ("登录名", "Login"),
    "password": ("密码", "Password"),
    "first_time": ("第一次使用？请管理员设置密码：", "First time? The administrator sets your password:"),
    "skip": ("跳到正文", "Skip to content"),
    "query": ("题名、正文、客户、编号……", "Title, text, customer, number …"),
    "query_help": (
        "多个词同时满足；“短语”；OR、NOT；title: customer: class:04 year:2026 date:2026-01..2026-03",
        "All words; “phrases”; OR, NOT; title: customer: class:04 year:2026 date:2026-01..2026-03",
    ),
    "found": ("共 {n} 件", "{n} found"),
    "nothing": ("没有找到。换个词，或去掉一个条件。", "Nothing found. Try another word, or drop a filter."),
    "page_of": ("第 {n} 页", "page {n}"),
    "next": ("下一页", "Next"),
    "previous": ("上一页", "Previous"),
    "class": ("大类", "Class"),
    "year": ("年度", "Year"),
    "customer": ("客户", "Customer"),
    "manager": ("客户经理", "Manager"),
    "state": ("状态", "State"),
    "volume": ("案卷", "Volume"),
    "date": ("日期", "Date"),
    "retention": ("保管期限", "Retention"),
    "secrecy": ("密级", "Secrecy"),
    "code": ("电子文件号", "Electronic code"),
    "paper_number": ("档号", "Paper number"),
    "not_filed": ("未归档", "not filed yet"),
    "electronic": ("电子", "Electronic"),
    "paper": ("纸质", "Paper"),
    "missing": ("缺", "missing"),
    "link": ("互见", "Link"),
    "remarks": ("备注", "Remarks"),
    "fields": ("表单内容", "Fields"),
    "signatures": ("签字", "Signatures"),
    "still_missing": ("归档前还缺", "Missing before filing"),
    "versions": ("版本", "Versions"),
    "acts": ("经过", "History"),
    "waits": ("待办", "Waiting for you"),
    "nothing_waits": ("没有待办事项。", "Nothing waits for you."),
    "declare": ("声明属实", "Declare true"),
    "approve": ("审批", "Approve"),
    "reject": ("退回", "Reject"),
    "file": ("归档", "File"),
    "reason": ("原因", "Reason"),
    "copy": ("下载查阅件（带水印）", "Copy with watermark"),
    "upload": ("上传文件", "Add files"),
    "upload_help": (
        "可一次选择多个文件；也可以直接放进收件文件夹。",
        "Several at once; or drop them into the inbox folder.",
    ),
    "send": ("上传", "Upload"),
    "under_way": ("处理中", "Under way"),
    "recent": ("最近收到", "Lately received"),
    "result": ("结果", "Result"),
    "name": ("文件名", "File"),
    "empty_archive": (
        "还没有档案。把扫描件放进收件文件夹，或在“收件”页上传。",
        "Nothing here yet. Drop scans into the inbox, or add files.",
    ),
    "requests": ("申请", "Requests"),
    "ask_access": ("申请查阅", "Ask for access"),
    "ask_removal": ("申请删除", "Ask for removal"),
    "target": ("电子文件号、档号，或 customer:客户名", "Code, paper number, or customer:NAME"),
    "purpose": ("目的", "Purpose"),
    "ask": ("提交申请", "Ask"),
    "agree": ("同意", "Agree"),
    "refuse": ("不同意", "Refuse"),
    "ended": ("已办", "Decided"),
    "bin": ("待销毁", "Bin"),
    "days_left": ("剩余天数", "Days left"),
    "restore": ("恢复", "Restore"),
    "print": ("打印", "Print"),
    "cover": ("扫描封面", "Cover sheet"),
    "label": ("互见标签", "Label"),
    "volume-cover": ("案卷封面", "Volume cover"),
    "volume-list": ("卷内目录", "Volume list"),
    "closing": ("备考表", "Closing sheet"),
    "spine": ("脊背", "Spine"),
    "electronic-list": ("电子文件目录", "Electronic catalogue"),
    "pages": ("页", "pages"),
    "records": ("件", "records"),
    "when": ("时间", "When"),
    "who": ("人", "Who"),
    "what": ("事项", "What"),
    "todo": ("怎么办", "What to do"),
    "open_error": ("出错了", "Something is in the way"),
    "back": ("返回", "Back"),
    "only_mine": ("您只能看到自己客户的文件。", "You see your own customers' records."),
}
STATES = {
    "reserved": ("已预留", "reserved"), "registered": ("已登记", "registered"), "filed": ("已归档", "filed"),
    "void": ("作废", "void"), "binned": ("待销毁", "in the bin"), "destroyed": ("已销毁", "destroyed"),
}  # fmt: skip


KINDS = {
    "access": ("查阅", "access"), "change": ("变更", "change"), "deletion": ("删除", "removal"),
}  # fmt: skip


ROLES = {
    "declaration": ("经办人声明", "the handler's declaration"), "customer": ("客户签字", "the customer's signature"),
    "handler": ("经办人签字", "the handler's signature"), "supervisor": ("直接领导签字", "the supervisor's signature"),
    "carriers": ("两套不一致，待确认", "agreement of both carriers"),
}  # fmt: skip


class Speaker:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self._place = LANGUAGES.index(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """Say one thing."""
        return WORDS[key][self._place].format(**values)

    def state(self, state: str) -> str:
        """Say a record's state."""
        return STATES.get(state, (state, state))[self._place]

    def kind(self, kind: str) -> str:
        """Say a request's kind."""
        return KINDS.get(kind, (kind, kind))[self._place]

    def role(self, role: str) -> str:
        """Say a signature's role."""
        return ROLES.get(role, (role, role))[self._place]
