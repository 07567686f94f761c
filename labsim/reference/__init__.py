"""How a name is read: ``golang`` is ``docker.io/library/golang``, and why.

>>> name = Reference("golang")
>>> name.registry, name.repository, name.tag
('docker.io', 'library/golang', None)
>>> print(name, name.with_default_tag(), name.with_default_tag().familiar)
docker.io/library/golang docker.io/library/golang:latest golang:latest

Nothing is added that was not written: a tag that is not there is None until somebody asks for
:meth:`Reference.with_default_tag`.  A name that cannot be read says so in Docker's own sentence and
points at the place:

>>> Reference("golang:-alpine")
Traceback (most recent call last):
    ...
labsim.errors.InvalidReference: invalid reference format: a tag cannot start with '-'
    golang:-alpine
           ^
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.digest import HEX_LENGTHS, Digest
from labsim.errors import InvalidReference, Mismatch
from labsim.reference.grammar import (
    DEFAULT_REGISTRY,
    DEFAULT_TAG,
    IDENTIFIER,
    OFFICIAL,
    checked_tag,
    read,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Never

    from labsim.reference.explanation import Explanation

__all__ = ["DEFAULT_REGISTRY", "DEFAULT_TAG", "OFFICIAL", "Reference", "sorted_references"]


class Reference:
    """The name of an image, read as Docker reads it.

    ``registry``, ``repository``, ``tag`` and ``digest`` are its parts, ``source`` is the text as it
    was written.  Two references are equal when their canonical texts are, and sort as Docker lists
    them: the more they say, the earlier.
    """

    __slots__ = ("_text", "digest", "familiar_name", "registry", "repository", "source", "tag")

    registry: str
    repository: str
    tag: str | None
    digest: Digest | None
    source: str
    #: The name as people write it: no ``docker.io/``, and no ``library/`` after that.
    familiar_name: str
    _text: str

    def __init__(self, text: str) -> None:
        """Read a name; :class:`~labsim.errors.InvalidReference` says what is wrong and where."""
        if not isinstance(text, str):
            raise TypeError(f"an image name is text, not {type(text).__name__}")
        self._fill(*read(text), text)

    @classmethod
    def any(cls, text: str) -> Reference | Digest:
        """What a command that also takes ids reads: a name, or the digest that the text is.

        >>> Reference.any("f" * 64) == Digest("sha256:" + "f" * 64)
        True
        """
        if IDENTIFIER.fullmatch(text):
            return Digest.from_hex(text)
        if text.partition(":")[0] not in HEX_LENGTHS:
            return cls(text)
        try:
            return Digest(text)
        except Mismatch:
            return cls(text)

    @property
    def name(self) -> str:
        """Registry and repository: the canonical text without tag and digest."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def familiar(self) -> str:
        """The whole reference with its familiar name, as ``docker images`` would show it.

        Docker's short form is not always readable: ``docker.io/foo.bar/app`` shortens to
        ``foo.bar/app``, which is a name on the host ``foo.bar``.
        """
        if self.digest is None and self.tag:
            return f"{self.familiar_name}:{self.tag}"
        return self.familiar_name + self._suffix()

    def with_default_tag(self) -> Reference:
        """The same with ``:latest``, unless it has a tag or a digest."""
        if self.tag or self.digest:
            return self
        return self._made(DEFAULT_TAG, None, self.source)

    def with_tag(self, tag: str) -> Reference:
        """The same repository (and digest, if any) under this tag."""
        return self._made(checked_tag(tag), self.digest)

    def with_digest(self, digest: Digest) -> Reference:
        """The same repository (and tag, if any) pinned to this digest."""
        return self._made(self.tag, digest)

    def without_tag(self) -> Reference:
        """The repository alone: no tag, no digest."""
        return self._made(None, None)

    def matches(self, pattern: str, *, canonical: bool = False) -> bool:
        """Whether ``docker images --filter reference=PATTERN`` lists this tag.

        The pattern is held against the familiar text with and without the tag, from start to end,
        and ``*`` stops at ``/`` (daemons up to 29.4); ``canonical``: against the whole name too, as
        newer ones do.  A pattern that is none is a ValueError.

        >>> Reference("alice/app:v1").matches("*/app"), Reference("alice/app:v1").matches("*app*")
        (True, False)
        """
        from labsim.reference.pattern import compiled

        fits = compiled(pattern).fullmatch
        texts = (self.familiar, self.familiar_name, *((str(self), self.name) * canonical))
        return any(fits(text) for text in texts)

    def explain(self) -> Explanation:
        """Every part, whether it was written or filled in, and the rule that decided."""
        from labsim.reference.explanation import explain

        return explain(self)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Reference({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._text == other._text

    def __lt__(self, other: Reference) -> bool:
        return _order(self) < _order(other)

    def __hash__(self) -> int:
        return hash(self._text)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError("a Reference never changes; with_tag() and its kin make another")

    def __reduce__(self) -> tuple[object, ...]:
        fields = (self.registry, self.repository, self.tag, self.digest, self.source)
        return _restored, fields

    def _suffix(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{tag}@{self.digest}" if self.digest else tag

    def _made(self, tag: str | None, digest: Digest | None, source: str = "") -> Reference:
        """The repository with another tag and digest, as if they had been written."""
        if not source:
            name = self.source.partition("@")[0].removesuffix(f":{self.tag}")
            source = name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
        return _restored(self.registry, self.repository, tag, digest, source)

    def _fill(
        self, registry: str, repository: str, tag: str | None, digest: Digest | None, source: str
    ) -> None:
        fill = object.__setattr__  # our own one refuses
        fill(self, "registry", registry)
        fill(self, "repository", repository)
        fill(self, "tag", tag)
        fill(self, "digest", digest)
        fill(self, "source", source)
        name = self.name
        fill(self, "familiar_name", _familiar(registry, repository, name))
        fill(self, "_text", name + self._suffix())


def _familiar(registry: str, repository: str, name: str) -> str:
    if registry != DEFAULT_REGISTRY:
        return name
    short = repository.removeprefix(OFFICIAL)
    return repository if "/" in short else short


def _restored(
    registry: str, repository: str, tag: str | None, digest: Digest | None, source: str
) -> Reference:
    made = Reference.__new__(Reference)
    made._fill(registry, repository, tag, digest, source)
    return made


def sorted_references(texts: Iterable[str]) -> list[str]:
    """Names and ids in the order Docker lists them, written out; what cannot be read comes last.

    Tag and digest first, then tag, then digest, then neither, then a digest alone
    (``distribution/reference`` ``sort.go``).
    """
    read_ones: list[Reference | Digest] = []
    unreadable: list[str] = []
    for text in texts:
        try:
            read_ones.append(Reference.any(text))
        except InvalidReference:
            unreadable.append(text)
    return [*map(str, sorted(read_ones, key=_order)), *sorted(unreadable)]


def _order(item: Reference | Digest) -> tuple[int, str]:
    if isinstance(item, Digest):
        return 4, str(item)
    rank = 0 if item.tag and item.digest else 1 if item.tag else 2 if item.digest else 3
    return rank, str(item)
