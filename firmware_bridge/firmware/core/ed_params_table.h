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

ED_PAD_PARAM(THRESHOLD, 1, 0, 100, 3, "threshold", "%")
ED_PAD_PARAM(MASK, 2, 1000, 50000, 8000, "mask", "us")
ED_PAD_PARAM(SCAN, 3, 500, 10000, 1300, "scan", "us")
ED_PAD_PARAM(CROSSTALK, 4, 0, 100, 0, "crosstalk", "%")
ED_BOARD_PARAM(LED_BRIGHTNESS, 5, 0, 255, 128, "led brightness", "")

#undef ED_PAD_PARAM
#undef ED_BOARD_PARAM
