"""From the bytes of a MusicXML file, compressed or not, to its elements.

Files come from anywhere, so every limit is checked before what it guards: the size before
anything is unpacked, what a zip says of itself and what really comes out of it, the depth and
the number of elements while they are parsed. Entities are refused: MusicXML needs none.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from station.errors import ChartError

# A drum part of a concert is 1 to 3 MB of text, a big band's whole score about 15 MB.
MAX_BYTES = 24 * 2**20
MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 32  # a bend in a note's technical notations is the deepest that there is: 9

_ZIP = b"PK\x03\x04"
# A million attributes in one tag take expat ten seconds.
_ENDLESS_TAG = re.compile(rb"<[^<>]{65536}")
_TOO_MANY = f"it has more than {MAX_ELEMENTS:,} elements"
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


class _Builder(TreeBuilder):
    """Builds the tree as long as it stays within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _OutOfBoundsError(f"its elements are nested more than {MAX_DEPTH} deep")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self._depth -= 1
        return super().end(tag)


class _OutOfBoundsError(Exception):
    """More than any score has; the message is the reason."""


def _parsed(data: bytes, name: str) -> Element:
    if data.count(b"<") - data.count(b"</") > MAX_ELEMENTS:
        raise ChartError(f"{name}: {_TOO_MANY}, so it is no score; {_SAVE_AGAIN}.")
    if _ENDLESS_TAG.search(data):
        raise ChartError(f"{name}: it has an endless tag, so it is no score; {_SAVE_AGAIN}.")
    parser = DefusedXMLParser(target=_Builder(), forbid_entities=True, forbid_external=True)
    try:
        # In one piece: a long token that comes in pieces is looked at again with each of them.
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise ChartError(
            f"{name}: it declares entities, which no score needs and a harmful file might; "
            f"{_SAVE_AGAIN}."
        ) from error
    except _OutOfBoundsError as error:
        raise ChartError(f"{name}: {error}, so it is no score; {_SAVE_AGAIN}.") from error
    except (ParseError, ValueError, LookupError) as error:
        # ValueError and LookupError: an encoding that is none.
        why = " ".join(str(error).split())[:80]
        raise ChartError(f"{name}: this is not sound XML ({why}); {_SAVE_AGAIN}.") from error
    return root


def _unpacked(data: bytes, name: str) -> bytes:
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
    size = archive.getinfo(path).file_size
    _check_size(size, name)
    with archive.open(path) as member:
        # No more than it said: what it says of its own size may be a lie.
        return member.read(size + 1)


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise ChartError(
            f"{name}: {size / 2**20:,.0f} MB is too large for a chart (at most "
            f"{MAX_BYTES // 2**20} MB); export only the drum part."
        )
