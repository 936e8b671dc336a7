"""From the bytes of a MusicXML file, compressed or not, to its elements.

Files come from anywhere, so every limit is checked before what it guards: the size before
anything is unpacked, what a zip says of itself and what really comes out of it, the number of
elements before they are parsed. What stands before the first element is looked at alone: a
document that declares entities or attributes of its own is refused there, since MusicXML needs
none. So the rest can go through the parser that is in C.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from itertools import chain
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers.expat import ExpatError, ParserCreate

from station.errors import ChartError

# A drum part of a concert is 1 to 3 MB of text, a big band's whole score about 15 MB.
MAX_BYTES = 24 * 2**20
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 32  # a bend in a note's technical notations is the deepest that there is: 9

MAX_FILES = 1_000  # in a zip: the score, its container, pictures and previews

_ZIP = b"PK\x03\x04"
_ZIP_ENTRY = b"PK\x01\x02"
# What the standard of .mxl allows; another method may ask for gigabytes to unpack with.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# A million attributes in one tag take expat ten seconds.
_LONGEST_TAG = 2**16
_ENDLESS_TAG = re.compile(rb"<[^<>]{%d}" % _LONGEST_TAG)
_TOO_MANY = f"it has more than {MAX_ELEMENTS:,} elements"
_TOO_DEEP = f"its elements are nested more than {MAX_DEPTH} deep"
_SAVE_AGAIN = "export it again from the program that it came from"


def read_score(data: bytes, name: str) -> Element:
    """The root element of a MusicXML file.

    Parameters
    ----------
    data
        The whole file, plain or compressed (.mxl).
    name
        What messages call it; one that ends in .mxl has to be compressed.

    Raises
    ------
    ChartError
        When it is too large, no zip or no XML, or built to harm.
    """
    _check_size(len(data), name)
    if data.startswith(_ZIP):
        data = _unpacked(data, name)
    elif name.lower().endswith(".mxl"):
        raise ChartError(
            f"{name}: this is not compressed MusicXML (no zip file); {_SAVE_AGAIN}, or name it "
            ".musicxml if it is plain text."
        )
    return _parsed(data, name)


class _HarmfulError(Exception):
    """What no score has: a declaration that could make a small file large, or depth."""


class _BegunError(Exception):
    """The first element has begun; nothing can be declared any more."""


def _parsed(data: bytes, name: str) -> Element:
    if data.count(b"<") - data.count(b"</") > MAX_ELEMENTS:
        raise ChartError(f"{name}: {_TOO_MANY}, so it is no score; {_SAVE_AGAIN}.")
    if _has_endless_tag(data):
        raise ChartError(f"{name}: it has an endless tag, so it is no score; {_SAVE_AGAIN}.")
    try:
        _check_declarations(data)
        parser = XMLParser()
        # In one piece: a long token that comes in pieces is looked at again with each of them.
        parser.feed(data)
        root: Element = parser.close()
    except _HarmfulError as error:
        raise ChartError(
            f"{name}: it declares entities, which no score needs and a harmful file might; "
            f"{_SAVE_AGAIN}."
        ) from error
    except (ExpatError, ParseError, ValueError, LookupError) as error:
        if _opens_deeper(data):
            raise ChartError(f"{name}: {_TOO_DEEP}, so it is no score; {_SAVE_AGAIN}.") from error
        # ValueError and LookupError: an encoding that is none.
        why = " ".join(str(error).split())[:80]
        raise ChartError(f"{name}: this is not sound XML ({why}); {_SAVE_AGAIN}.") from error
    if _is_deeper(root):
        raise ChartError(f"{name}: {_TOO_DEEP}, so it is no score; {_SAVE_AGAIN}.")
    return root


def _has_endless_tag(data: bytes) -> bool:
    # Such a tag covers one whole block of half its length, and blocks are looked through faster.
    block = _LONGEST_TAG // 2
    return any(
        data.find(b"<", start, start + block) < 0 and data.find(b">", start, start + block) < 0
        for start in range(0, len(data), block)
    ) and bool(_ENDLESS_TAG.search(data))


def _check_declarations(data: bytes) -> None:
    """Refuse what a document declares for itself; reads no further than its first element."""

    def harmful(*_: object) -> NoReturn:
        raise _HarmfulError

    def begun(*_: object) -> NoReturn:
        raise _BegunError

    parser = ParserCreate()
    parser.EntityDeclHandler = harmful
    parser.UnparsedEntityDeclHandler = harmful
    parser.ExternalEntityRefHandler = harmful
    # A default of a megabyte for an attribute comes again with every element.
    parser.AttlistDeclHandler = harmful
    parser.StartElementHandler = begun
    try:
        parser.Parse(data, True)
    except _BegunError:
        return


def _is_deeper(root: Element) -> bool:
    """Whether elements are nested too deep, looked at level by level."""
    level = [root]
    for _ in range(MAX_DEPTH):
        level = list(chain.from_iterable(one for one in level if len(one)))
    return bool(level)


def _opens_deeper(data: bytes) -> bool:
    """The same of a document that is not sound, as far as it can be read."""
    depth = 0

    def begin(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise _HarmfulError

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(data, True)
    except _HarmfulError:
        return True
    except (ExpatError, ValueError, LookupError):
        pass
    return False


def _unpacked(data: bytes, name: str) -> bytes:
    if data.count(_ZIP_ENTRY) > MAX_FILES:
        raise ChartError(
            f"{name}: the zip file has more than {MAX_FILES:,} files, so it is no score; "
            f"{_SAVE_AGAIN}."
        )
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _read_member(archive, _score_path(archive, name), name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:80] or "cut off"
        raise ChartError(f"{name}: the zip file is damaged ({why}); {_SAVE_AGAIN}.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ChartError(
            f"{name}: the zip file is encrypted or packed in an unusual way; {_SAVE_AGAIN}."
        ) from error


def _score_path(archive: zipfile.ZipFile, name: str) -> str:
    """Which file in the archive is the score: its container says."""
    names = archive.namelist()
    if "META-INF/container.xml" in names:
        container = _parsed(_read_member(archive, "META-INF/container.xml", name), name)
        for rootfile in container.iter("rootfile"):
            path = rootfile.get("full-path", "")
            if path in names:
                return path
    for path in names:
        if path.lower().endswith((".xml", ".musicxml")) and not path.startswith("META-INF/"):
            return path
    raise ChartError(f"{name}: there is no score in the zip file; {_SAVE_AGAIN}.")


def _read_member(archive: zipfile.ZipFile, path: str, name: str) -> bytes:
    info = archive.getinfo(path)
    size = info.file_size
    _check_size(size, name)
    if info.compress_type not in _METHODS:
        raise NotImplementedError
    with archive.open(path) as member:
        # No more than it said: what it says of its own size may be a lie.
        return member.read(size + 1)


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise ChartError(
            f"{name}: {size / 2**20:,.0f} MB is too large for a chart (at most "
            f"{MAX_BYTES // 2**20} MB); export only the drum part."
        )
