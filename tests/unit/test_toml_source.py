import pytest

from station.errors import ChartError, FileError, ProfileError
from station.toml_source import nearest, parse_toml

TEXT = """\
# a comment with key = 1
title = "T"
"quoted key" = 1
a.b = 2

[notes]
38 = "snare"
title = 5

[bars . "A"]  # with a comment
steps = 8

[deep.er.still]
x = 1
"""


def failure(table, key):
    with pytest.raises(FileError) as raised:
        table.fail(key, "why.")
    return str(raised.value)


def test_the_line_of_a_key_is_found():
    root = parse_toml(TEXT, "f.toml", FileError)
    assert failure(root, "title") == "f.toml, line 2, 'title': why."
    assert failure(root, "quoted key") == "f.toml, line 3, 'quoted key': why."
    assert failure(root.table("a"), "b") == "f.toml, line 4, 'b': why."
    assert failure(root, "notes") == "f.toml, line 6, 'notes': why."
    assert failure(root.table("notes"), "38") == "f.toml, line 7, '38': why."
    assert failure(root.table("notes"), "title") == "f.toml, line 8, 'title': why."
    assert failure(root.table("bars"), "A") == "f.toml, line 10, 'A': why."
    assert failure(root.table("bars").table("A"), "steps") == "f.toml, line 11, 'steps': why."
    assert failure(root, "deep") == "f.toml, line 13, 'deep': why."


def test_a_key_that_is_missing_is_placed_at_its_table():
    root = parse_toml(TEXT, "f.toml", FileError)
    assert failure(root.table("notes"), "40") == "f.toml, line 6, '40': why."
    assert failure(root, "tempo") == "f.toml, 'tempo': why."


def test_the_error_is_of_the_class_asked_for():
    for error in (ChartError, ProfileError):
        with pytest.raises(error, match="line 2"):
            parse_toml("a = 1\nb = \n", "f.toml", error)
        with pytest.raises(error):
            parse_toml("", "f.toml", error).text("a")


def test_broken_at_the_end():
    with pytest.raises(FileError, match=r"^f.toml, at its end: .*; correct it there"):
        parse_toml('a = """', "f.toml", FileError)


def test_defaults_and_values():
    root = parse_toml('a = 1\nb = 2.5\nc = "x"\nd = ["y"]\n', "f.toml", FileError)
    assert (root.integer("a", 0, 9), root.number("a", 0, 9), root.number("b", 0, 9)) == (
        1,
        1.0,
        2.5,
    )
    assert (root.text("c"), root.texts("d")) == ("x", ["y"])
    assert (root.integer("z", 0, 9, 4), root.number("z", 0, 9, 4.5)) == (4, 4.5)
    assert (root.text("z", "q"), root.texts("z", ["q"]), list(root.table("z"))) == ("q", ["q"], [])
    assert "a" in root
    assert "z" not in root


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("true", "true is not a whole number"),
        ("1.0", "1.0 is not a whole number"),
        ('"1"', "'1' is not a whole number"),
        ("10", "10 is outside 0 to 9"),
        ("-1", "-1 is outside 0 to 9"),
        ("9" * 400, "a number of very many digits is outside"),
        ('"' + "x" * 500 + '"', "…"),
    ],
)
def test_a_wrong_value_is_shown_and_shown_short(value, message):
    root = parse_toml(f"a = {value}", "f.toml", FileError)
    with pytest.raises(FileError) as raised:
        root.integer("a", 0, 9)
    assert message in str(raised.value)
    assert len(str(raised.value)) < 120


def test_a_message_stays_one_line():
    root = parse_toml('"a\\nb" = "c\\u001Bd"', "f.toml", FileError)
    with pytest.raises(FileError) as raised:
        root.integer("a\nb", 0, 9)
    assert str(raised.value) == "f.toml, 'a�b': 'c�d' is not a whole number."


def test_a_number_too_large_for_a_float_is_refused():
    root = parse_toml("a = " + "9" * 400, "f.toml", FileError)
    with pytest.raises(FileError, match="is not a number"):
        root.number("a", 0, 9)


def test_nearest():
    assert nearest("snair", ["snare", "kick"]) == "did you mean 'snare'?"
    assert nearest("zzz", ["snare", "kick"]) == "known are kick, snare."
    assert nearest("zzz", []) == "nothing may stand here."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\n" + "a." * 100_000 + "a = 1\n", "f.toml, line 2: more than 200 dots"),
        (f"a = {'9' * 5000}\n", "f.toml: a number has too many digits; write a smaller one."),
    ],
)
def test_what_would_take_for_ever_to_read_is_refused_at_once(text, said):
    with pytest.raises(ChartError) as raised:
        parse_toml(text, "f.toml", ChartError)
    assert said in str(raised.value)
    assert "sys." not in str(raised.value)
