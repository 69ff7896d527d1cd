"""A bucket of an S3-compatible object store: how it is named, reached, and what its silence is called."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store

from dms.errors import Unavailable, Usage
from dms.said import Said

T = TypeVar("T")
_HINT = Said(
    "s3://bucket/folder?endpoint=http://host:port; the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
)


def open_bucket(url: str, folder: str) -> tuple[S3Store, str]:
    """Return a bucket, and the folder in it that is ours, with a slash behind it.

    Args:
        url: ``s3://bucket[/folder][?endpoint=http://host:port][&region=…]``. Credentials come from the environment.
        folder: which, where the URL names none.

    Raises:
        Usage: the URL names no bucket, or says what is not known.
    """
    told = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(told.query).items()}
    unknown = options.keys() - {"endpoint", "region"}
    if told.scheme != "s3" or not told.hostname or unknown or told.username:
        raise Usage(Said("The address “{url}” cannot be read.", url=url.partition("?")[0]), _HINT)
    config: dict[str, Any] = {"checksum_algorithm": "sha256", "region": options.get("region", "us-east-1")}
    if "endpoint" in options:
        config |= {"endpoint": options["endpoint"], "virtual_hosted_style_request": False}
    try:
        store = S3Store(
            told.netloc,
            config=config,  # type: ignore[arg-type]  # a plain dict of the names it lists
            client_options={"allow_http": options.get("endpoint", "").startswith("http://"), "timeout": "60s"},
            retry_config={"max_retries": 6, "retry_timeout": timedelta(seconds=45)},
        )
    except BaseError as problem:
        raise Usage(Said("The bucket cannot be used: {problem}", problem=problem), _HINT) from problem
    return store, f"{told.path.strip('/') or folder}/"


def answered(act: Callable[[], T]) -> T:
    """Return what the store answers; that something is not there, or there already, is an answer too.

    Raises:
        Unavailable: it does not answer, or refuses.
    """
    try:
        return act()
    except (NotFoundError, AlreadyExistsError, PreconditionError, FileNotFoundError):
        raise
    except (BaseError, OSError) as problem:
        told = re.sub(r"\s+", " ", str(problem)).partition(" Debug source")[0][:300]
        raise Unavailable(
            Said("The object store does not answer: {told}", told=told), Said("Look whether it runs.")
        ) from problem
