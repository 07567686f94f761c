"""What a caller gives, checked before anything is done with it: a wrong kind is one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from labsim.errors import LabError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import Digest

__all__ = [
    "bytes_given",
    "kind_given",
    "seed_given",
    "text_given",
    "whole_given",
    "words_given",
    "write_given",
]

#: A seed is written in the head of a script; more digits help nobody.
_SEED_DIGITS = 18


def text_given(value: object, what: str) -> str:
    """The value if it is text that can be written down (UTF-8)."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be text, not {kind_given(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        bad = value[error.start]
        raise LabError(f"{what} holds {bad!r}, which cannot be written as UTF-8") from None
    return value


def words_given(value: object, what: str) -> list[str]:
    """The value if it is a sequence of texts."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise TypeError(f"{what} must be a list of words, not {kind_given(value)}")
    return [text_given(word, f"a word of {what}") for word in value]


def whole_given(value: object, what: str) -> int:
    """The value if it is a whole number; ``True`` is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{what} must be a whole number, not {kind_given(value)}")
    return value


def seed_given(value: object) -> int:
    """The value if a script can hold it as its seed."""
    seed = whole_given(value, "a seed")
    if abs(seed) >= 10**_SEED_DIGITS:
        raise LabError(f"a seed has {_SEED_DIGITS} digits at most")
    return seed


def bytes_given(value: object, what: str) -> bytes:
    """The value if it is bytes."""
    if not isinstance(value, bytes):
        raise TypeError(f"{what} must be bytes, not {kind_given(value)}")
    return value


def kind_given(value: object) -> str:
    """What a wrong value is, for a sentence."""
    return "None" if value is None else f"{type(value).__name__} {str(value)[:20]!r}"


def _inline(content: bytes) -> str | None:
    """The content as a word of an action; ``None`` where it had better stay a file."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    by_digest = text.startswith(("sha256:", "heard="))  # what only looks like a file's name
    return text if len(text) <= 4_000 and not by_digest else None


def write_given(path: str, content: object, mode: int) -> tuple[list[str], dict[Digest, Blob]]:
    """The action that writes a file, and its bytes where the action names them by digest."""
    from labsim.blob import Blob

    raw = content if isinstance(content, bytes) else text_given(content, path).encode()
    text, bits = _inline(raw), [] if mode == 0o644 else [f"mode={mode:o}"]
    if text is not None:
        return ["write", path, text, *bits], {}
    blob = Blob(raw)
    return ["write", path, blob.digest, *bits], {blob.digest: blob}
