"""What a player has chosen once and for all: `practice.toml` among their own settings.

::

    start_pad = "aux-1"      # starts and stops a take; "none"
    visual_click = true      # a pulse on every beat, in the dashboard
    sheet = true             # the dashboard shows drum notation, not lanes

    [sound]                  # see `sound_choice`
    card = "audio://default"
    click = "wood"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from station import settings
from station.errors import FileError
from station.files import read_text, write_atomically
from station.model import Pad
from station.sound_choice import SoundChoice, read_sound, sound_lines
from station.toml_source import nearest, parse_toml

NO_PAD = "none"


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices.

    Attributes
    ----------
    start_pad
        The one pad that starts and stops a take, or None.
    visual_click
        Whether the dashboard shows a pulse on every beat.
    sheet
        Whether it shows the sheet in place of the lanes.
    sound
        How takes sound.
    """

    start_pad: Pad | None = None
    visual_click: bool = False
    sheet: bool = False
    sound: SoundChoice = field(default_factory=SoundChoice)


def preferences_file() -> Path:
    """Where they are kept."""
    return settings.user_config_dir() / "practice.toml"


def read_preferences() -> Preferences:
    """What was chosen; nothing where there is no file.

    Raises
    ------
    FileError
        When the file is there and not sound.
    """
    path = preferences_file()
    if not path.exists():
        return Preferences()
    root = parse_toml(read_text(path), path.name, FileError)
    root.only(("start_pad", "visual_click", "sheet", "sound"))
    name = root.text("start_pad", NO_PAD)
    names = [NO_PAD, *(pad.value for pad in Pad)]
    if name not in names:
        root.fail("start_pad", f"'{name[:40]}' is no pad; {nearest(name, names)}")
    return Preferences(
        start_pad=None if name == NO_PAD else Pad(name),
        visual_click=root.truth("visual_click", default=False),
        sheet=root.truth("sheet", default=False),
        sound=read_sound(root.table("sound")),
    )


def write_preferences(chosen: Preferences) -> None:
    """Keep them.

    Raises
    ------
    FileError
        When they cannot be written.
    """
    path = preferences_file()
    pad = chosen.start_pad.value if chosen.start_pad is not None else NO_PAD
    text = f'start_pad = "{pad}"\n'
    for name, truth in (("visual_click", chosen.visual_click), ("sheet", chosen.sheet)):
        text += f"{name} = {str(truth).lower()}\n"
    text += f"\n[sound]\n{sound_lines(chosen.sound)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(
            f"{path.parent} cannot be made ({error.strerror}); the choice is not kept."
        ) from error
    write_atomically(path, text.encode())
