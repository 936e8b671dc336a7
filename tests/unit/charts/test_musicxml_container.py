"""Hostile files: each is one sentence, before it costs anything."""

import struct
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from musicxml_text import bar, note, score

from station.charts.musicxml_container import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_FILES,
    read_score,
)
from station.charts.musicxml_in import read_musicxml
from station.errors import ChartError

HEAD = '<?xml version="1.0"?>'
SCORE = score(bar(note())).encode()
MANY = 30 * 2**20


def packed(*members, kind=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def container(path):
    return (
        "META-INF/container.xml",
        f'<container><rootfiles><rootfile full-path="{path}"/></rootfiles></container>',
    )


def refused(data, name="x.musicxml"):
    with pytest.raises(ChartError) as caught:
        read_musicxml(data, name)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert message.isprintable()
    assert message.endswith(".")
    return message


def test_plain_and_compressed_are_the_same():
    plain = read_musicxml(SCORE, "x")[0]
    whole = packed(("META-INF/other.xml", "<no/>"), container("in/score.xml"), ("a.xml", "<no/>"),
                   ("in/score.xml", SCORE))  # fmt: skip
    assert read_musicxml(whole, "x.mxl")[0].notes == plain.notes
    # Some are without a container, and some are not packed at all.
    bare = packed(("score.xml", SCORE), kind=zipfile.ZIP_STORED)
    assert read_musicxml(bare, "x.xml")[0].notes == plain.notes


def test_the_document_type_with_its_address_is_fine():
    doctype = (
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">'
    )
    text = SCORE.decode().replace("?>", f"?>{doctype}", 1)
    assert read_score(text.encode(), "x").tag == "score-partwise"
    # A declaration of the other encoding that programs write.
    wide = text.replace("UTF-8", "UTF-16").encode("utf-16")
    assert read_score(wide, "x").tag == "score-partwise"


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "ha">' + "".join(
            f'<!ENTITY {after} "{f"&{before};" * 10}">'
            for before, after in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        '<!ENTITY i SYSTEM "file:///etc/passwd">',
        '<!ENTITY % i SYSTEM "http://localhost/x"> %i;',
        '<!ENTITY i PUBLIC "x" "file:///dev/zero">',
        '<!ENTITY i SYSTEM "x" NDATA y>',
        f'<!ATTLIST note x CDATA "{"ha" * 10_000}">',
    ],
)  # fmt: skip
def test_entities_are_refused(declaration):
    text = f"{HEAD}<!DOCTYPE score-partwise [{declaration}]><score-partwise>&i;</score-partwise>"
    assert "declares entities" in refused(text.encode())


def test_what_is_built_to_be_too_much_is_refused():
    assert "nested more than 32 deep" in refused((HEAD + "<a>" * 5000).encode())
    closed = HEAD + "<a>" * 200_000 + "</a>" * 200_000
    assert "nested more than 32 deep" in refused(closed.encode())
    wide = f"{HEAD}<a>{'<a/>' * (MAX_ELEMENTS + 1)}</a>"
    assert "more than 1,000,000 elements" in refused(wide.encode())
    tags = " ".join(f'a{i}=""' for i in range(20_000))
    assert "endless tag" in refused(f"{HEAD}<a {tags}/>".encode())
    assert "25 MB is too large" in refused(b"<" + b" " * (MAX_BYTES + 2**20 - 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<score-partwise>",
        b"<a></b>",
        b"\x00" * 50,
        b'<?xml version="1.0" encoding="klingon"?><a/>',
        "<ä/>".encode("latin-1"),
    ],
)
def test_what_is_no_xml_is_refused(data):
    assert "this is not sound XML" in refused(data)


def test_a_zip_that_is_none_is_refused():
    assert "no zip file" in refused(SCORE, "x.mxl")
    assert "the zip file is damaged" in refused(packed(("a.xml", SCORE))[:-40], "x.mxl")
    assert "the zip file is damaged" in refused(b"PK\x03\x04" + b"x" * 100, "x.mxl")
    assert "no score in the zip file" in refused(packed(("a.txt", b"x")), "x.mxl")
    outside = packed(container("../../etc/passwd"), ("a.txt", b"x"))
    assert "no score in the zip file" in refused(outside, "x.mxl")


def test_an_encrypted_zip_is_refused():
    data = bytearray(packed(("a.xml", SCORE)))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(head) + flags] |= 1
    assert "encrypted" in refused(bytes(data), "x.mxl")


def test_a_score_may_be_as_deep_as_the_limit():
    deepest = "<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH
    assert read_score((HEAD + deepest).encode(), "x").tag == "a"
    assert "nested more than" in refused(f"{HEAD}<b>{deepest}</b>".encode())


def test_a_zip_of_very_many_files_is_refused():
    many = packed(*((f"{i}.xml", b"") for i in range(MAX_FILES + 1)))
    assert "more than 1,000 files" in refused(many, "x.mxl")


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_is_packed_in_another_way_is_refused(kind):
    assert "packed in an unusual way" in refused(packed(("a.xml", SCORE), kind=kind), "x.mxl")


def test_a_zip_bomb_costs_nothing():
    honest = packed(("a.xml", b" " * MANY))
    # The other says that it is small, and is not.
    liar = honest.replace(struct.pack("<L", MANY), struct.pack("<L", 100))
    assert liar != honest
    tracemalloc.start()
    assert "too large" in refused(honest, "x.mxl")
    assert "x.mxl: " in refused(liar, "x.mxl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 2**20
