#include "ed_params.h"

#include <stddef.h>

#include "ed_rom.h"
#include "ed_wire.h"

_Static_assert(ED_PADS < ED_WHOLE_BOARD, "no pad has that number");

#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit) \
    _Static_assert((max) - (min) <= 65535L && (def) >= (min) && (def) <= (max), name); \
    _Static_assert(sizeof(name) <= 16 && sizeof(unit) <= 6, name);
#define ED_BOARD_PARAM ED_PAD_PARAM
#include "ed_params_table.h"

static const struct ed_param_row ROWS[ED_PARAMS] ED_ROM = {
#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit) {min, max, def, id, 1, name, unit},
#include "ed_params_table.h"
#define ED_BOARD_PARAM(NAME, id, min, max, def, name, unit) {min, max, def, id, 0, name, unit},
#include "ed_params_table.h"
};

/* Where its values are in `struct ed_params`. */
struct home {
    uint16_t offset;
    uint8_t width;
};

static const struct home HOMES[ED_PARAMS] ED_ROM = {
#define ED_PAD_PARAM(NAME, id, min, max, def, name, unit) {offsetof(struct ed_params, pad_##NAME), ED_PARAM_WIDTH(min, max)},
#include "ed_params_table.h"
#define ED_BOARD_PARAM(NAME, id, min, max, def, name, unit) {offsetof(struct ed_params, board_##NAME), ED_PARAM_WIDTH(min, max)},
#include "ed_params_table.h"
};

static int32_t row_i32(uint8_t place, uint16_t offset)
{
    int32_t value;
    ed_rom_copy(&value, (const char *)&ROWS[place] + offset, sizeof value);
    return value;
}

static int32_t row_min(uint8_t place)
{
    return row_i32(place, offsetof(struct ed_param_row, min));
}

void ed_params_row(uint8_t place, struct ed_param_row *row)
{
    ed_rom_copy(row, &ROWS[place], sizeof *row);
}

uint8_t ed_params_width(uint8_t place)
{
    return ed_rom_read_u8(&HOMES[place].width);
}

static uint16_t place_of(uint8_t place, uint8_t index)
{
    return (uint16_t)(ed_rom_read_u16(&HOMES[place].offset) + (uint16_t)(index * ed_params_width(place)));
}

static int32_t value_at(const struct ed_params *params, uint8_t place, uint8_t index)
{
    const uint8_t *at = (const uint8_t *)params + place_of(place, index);
    return row_min(place) + (ed_params_width(place) == 1 ? *at : ed_read_u16(at));
}

static void store(struct ed_params *params, uint8_t place, uint8_t index, int32_t value)
{
    uint8_t *at = (uint8_t *)params + place_of(place, index);
    uint16_t above = (uint16_t)(value - row_min(place));
    at[0] = (uint8_t)above;
    if (ed_params_width(place) == 2) {
        at[1] = (uint8_t)(above >> 8);
    }
}

int32_t ed_pad_value(const struct ed_params *params, enum ed_pad_param which, uint8_t pad)
{
    return value_at(params, (uint8_t)which, pad);
}

int32_t ed_board_value(const struct ed_params *params, enum ed_board_param which)
{
    return value_at(params, (uint8_t)((uint8_t)ED_PAD_PARAMS + (uint8_t)which), 0);
}

void ed_params_default(struct ed_params *params)
{
    for (uint8_t place = 0; place < ED_PARAMS; place++) {
        int32_t value = row_i32(place, offsetof(struct ed_param_row, def));
        uint8_t values = place < ED_PAD_PARAMS ? ED_PADS : 1;
        for (uint8_t index = 0; index < values; index++) {
            store(params, place, index, value);
        }
    }
}

/* Which row, and that the index fits it. */
static enum ed_param_error find(uint16_t id, uint8_t index, uint8_t *place)
{
    for (uint8_t i = 0; i < ED_PARAMS; i++) {
        if (ed_rom_read_u16(&ROWS[i].id) == id) {
            *place = i;
            bool fits = i < ED_PAD_PARAMS ? index < ED_PADS : index == ED_WHOLE_BOARD;
            return fits ? ED_PARAM_FINE : ED_PARAM_NO_SUCH_PAD;
        }
    }
    return ED_PARAM_NO_SUCH_ID;
}

enum ed_param_error ed_params_get(const struct ed_params *params, uint16_t id, uint8_t index, int32_t *value)
{
    uint8_t place = 0;
    enum ed_param_error error = find(id, index, &place);
    if (error == ED_PARAM_FINE) {
        *value = value_at(params, place, index == ED_WHOLE_BOARD ? 0 : index);
    }
    return error;
}

enum ed_param_error ed_params_set(struct ed_params *params, uint16_t id, uint8_t index, int32_t *value)
{
    uint8_t place = 0;
    enum ed_param_error error = find(id, index, &place);
    if (error != ED_PARAM_FINE) {
        return error;
    }
    int32_t min = row_min(place);
    int32_t max = row_i32(place, offsetof(struct ed_param_row, max));
    if (*value < min) {
        *value = min;
    }
    if (*value > max) {
        *value = max;
    }
    store(params, place, index == ED_WHOLE_BOARD ? 0 : index, *value);
    return ED_PARAM_FINE;
}
