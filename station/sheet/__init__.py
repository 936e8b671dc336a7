"""The sheet: a chart engraved as drum notation, and where in the picture each note and bar lies.

A chart is cut into systems of a few bars (`systems`), each written as MusicXML (`score`),
engraved by Verovio (`engraver`), and read back as one flat picture with its places
(`picture`). Only what is seen is engraved, and bars that are alike only once (`sheet`);
`worker` does it in a process of its own, since Verovio holds Python's lock meanwhile. `page`
puts a judged sheet together as one SVG.
"""
