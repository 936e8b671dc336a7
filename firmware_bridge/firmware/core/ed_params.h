/* The board's parameters: what they are, and what they are set to. */
#ifndef ED_PARAMS_H
#define ED_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

#define ED_WHOLE_BOARD 255u /* as an index: the parameter is the board's */

/* ED_PAD_THRESHOLD, ..., ED_PAD_PARAMS: how many there are. */
enum ed_pad_param {
#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit) ED_PAD_##NAME,
#include "ed_params_table.h"
    ED_PAD_PARAMS
};

/* ED_BOARD_LED_BRIGHTNESS, ..., ED_BOARD_PARAMS: how many there are. */
enum ed_board_param {
#define ED_BOARD_PARAM(NAME, id, min, max, def, name, unit) ED_BOARD_##NAME,
#include "ed_params_table.h"
    ED_BOARD_PARAMS
};

#define ED_PARAMS ((uint8_t)ED_PAD_PARAMS + (uint8_t)ED_BOARD_PARAMS)

/* Bytes that a value takes: it is kept as its distance from the lowest. */
#define ED_PARAM_WIDTH(min, max) ((max) - (min) > 255L ? 2u : 1u)

struct ed_params {
#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit) uint8_t pad_##NAME[ED_PARAM_WIDTH(min, max) * ED_PADS];
#include "ed_params_table.h"
#define ED_BOARD_PARAM(NAME, id, min, max, def, name, unit) uint8_t board_##NAME[ED_PARAM_WIDTH(min, max)];
#include "ed_params_table.h"
};

/* One row of the table, as Describe says it. */
struct ed_param_row {
    int32_t min;
    int32_t max;
    int32_t def;
    uint16_t id;
    uint8_t scope; /* 0 the board's, 1 each pad's */
    char name[16];
    char unit[6];
};

/* --- for whoever needs a value --- */

int32_t ed_pad_value(const struct ed_params *, enum ed_pad_param, uint8_t pad);
int32_t ed_board_value(const struct ed_params *, enum ed_board_param);

/* --- for the protocol and the kept image --- */

enum ed_param_error { ED_PARAM_FINE, ED_PARAM_NO_SUCH_ID, ED_PARAM_NO_SUCH_PAD };

void ed_params_default(struct ed_params *);
void ed_params_row(uint8_t place, struct ed_param_row *); /* place: 0 to ED_PARAMS - 1, pads' first */
uint8_t ed_params_width(uint8_t place);                   /* bytes that one of its values takes */
enum ed_param_error ed_params_get(const struct ed_params *, uint16_t id, uint8_t index, int32_t *value);

/* Sets the nearest possible value and puts it into `value`. */
enum ed_param_error ed_params_set(struct ed_params *, uint16_t id, uint8_t index, int32_t *value);

#endif
