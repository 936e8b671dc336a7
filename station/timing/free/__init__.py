"""Free playing: tempo, metre and steadiness from the hits alone, after the take.

Offline and off the live path. A pulse is tracked through the take (`pulse`), the level at which
a musician would count it is chosen (`levels`), bars are found in it (`metre`), and the tempo's
course is estimated with a band (`curve`), from which the steadiest and the least steady
passage follow (`passages`).
"""
