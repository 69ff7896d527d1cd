"""Drop folders."""

from dms.adapters.inbox.folder import Folder

__all__ = ["Folder"]
