"""What the child raises where the file or the request is at fault; it becomes the parent's error."""

from __future__ import annotations


class Refusal(Exception):
    """The file or the request is at fault, with the remedy."""

    def __init__(self, what: str, remedy: str = "") -> None:
        self.remedy = remedy
        super().__init__(what)


def damaged(error: Exception) -> Refusal:
    """The refusal of a file that is not whole."""
    return Refusal(
        f"the file is damaged or cut off ({error})", "copy it again from where it was made, or save it again"
    )
