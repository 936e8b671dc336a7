"""Boards that speak something else: heard, never spoken to.

=============  ====================================================================
`midi`         MIDI over a serial line: running status, real-time bytes in between
`edrumulus`    Edrumulus on an ESP32: the same, with the board's status in note-offs
`firmata`      recognised, so that it can be told why it is no kit
`recognise`    which of them a stretch of bytes is
=============  ====================================================================
"""
