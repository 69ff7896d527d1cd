"""The languages people are told things in, and which of them a locale or a browser asks for."""

from __future__ import annotations

from collections.abc import Mapping

# Language -> its own name.
LANGUAGES: Mapping[str, str] = {"zh": "简体", "zh-TW": "繁體", "en": "English"}


def language_named(name: str) -> str:
    """Return the language of a locale or tag such as ``zh_TW.UTF-8`` or ``en-GB``; empty where it is none of ours."""
    tag = name.partition(".")[0].replace("_", "-").lower()
    if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
        return "zh-TW"
    return next((known for known in ("zh", "en") if tag == known or tag.startswith(f"{known}-")), "")
