/* Every parameter, as one table; whoever includes it says what a row is to become.
 *
 *     row(NAME, id, min, max, default, "name", "unit")
 *
 * ED_PAD_PARAM has a value for each pad, ED_BOARD_PARAM one for the board. An id never means
 * anything else in a later firmware. max - min is at most 65535; a name has at most 15 letters,
 * a unit at most 5. No include guard: it is included more than once. */

#ifndef ED_PAD_PARAM
#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit)
#endif
#ifndef ED_BOARD_PARAM
#define ED_BOARD_PARAM(NAME, id, min, max, def, name, unit)
#endif

ED_PAD_PARAM(THRESHOLD, 1, 0, 100, 1, "threshold", "%")
ED_PAD_PARAM(MASK, 2, 1000, 50000, 8000, "mask", "us")
ED_PAD_PARAM(SCAN, 3, 500, 10000, 1300, "scan", "us")
ED_PAD_PARAM(CROSSTALK, 4, 0, 100, 0, "crosstalk", "%")
/* 0 off, 1 a piezo, 2 two piezos (head and rim), 3 a piezo and a switch (edge, bell, choke) */
ED_PAD_PARAM(KIND, 6, 0, 3, 1, "kind", "")
/* 100: the hardest strike swings the converter from rail to rail */
ED_PAD_PARAM(GAIN, 7, 50, 2000, 125, "gain", "%")
/* from the hardest strike down to velocity 0 */
ED_PAD_PARAM(RANGE, 8, 20, 60, 42, "range", "dB")
/* 0: equally spaced to the ear; more: soft strikes come out louder */
ED_PAD_PARAM(CURVE, 9, -100, 100, 0, "curve", "%")
/* how long the ring of a strike takes to fall by 30 dB */
ED_PAD_PARAM(DECAY, 10, 10, 400, 55, "decay", "ms")
/* how much louder than the ring a strike is that lands in it */
ED_PAD_PARAM(OVER_RING, 11, 110, 800, 180, "over ring", "%")
/* from the touch to the middle of the first peak's flank, where the stamp is taken: it is what the stamp is
 * put back by, so that pads struck together have the same stamp (rubber 350, mesh 700, a kick 1100) */
ED_PAD_PARAM(RISE, 12, 0, 5000, 350, "rise", "us")
/* a second piezo's or a switch's input, counted from 1; 0: the usual one */
ED_PAD_PARAM(RIM_INPUT, 13, 0, ED_CHANNELS, 0, "rim input", "")
/* a rim's peak against the head's: what counts as equal */
ED_PAD_PARAM(RIM_GAIN, 14, 10, 1000, 100, "rim gain", "%")
ED_PAD_PARAM(CHOKE, 15, 0, 2000, 120, "choke", "ms")
/* the controller of this pad's pedal, counted from 1; 0: it has none */
ED_PAD_PARAM(PEDAL_INPUT, 16, 0, ED_CHANNELS, 0, "pedal input", "")
ED_PAD_PARAM(PEDAL_OPEN, 17, 0, 4095, 3500, "pedal open", "")
ED_PAD_PARAM(PEDAL_CLOSED, 18, 0, 4095, 600, "pedal closed", "")
/* by how much the first peak is lower than the highest for a strike at the edge, in tenths; 0: the pad does
 * not say where it is struck */
ED_PAD_PARAM(POSITION, 19, 0, 200, 0, "position", "dB/10")
ED_BOARD_PARAM(LED_BRIGHTNESS, 5, 0, 255, 128, "led brightness", "")
/* where an input rests: 50 with a divider, 0 with the half-wave circuit */
ED_BOARD_PARAM(REST, 20, 0, 100, 50, "rest", "%")

#undef ED_PAD_PARAM
#undef ED_BOARD_PARAM
