#include "ed_params.h"

#include <stddef.h>

#include "ed_rom.h"

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

int32_t ed_pad_value(const struct ed_params *params, enum ed_pad_param which, uint8_t pad)
{
    return row_min((uint8_t)which) + params->of_pad[which][pad];
}

int32_t ed_board_value(const struct ed_params *params, enum ed_board_param which)
{
    return row_min((uint8_t)((uint8_t)ED_PAD_PARAMS + (uint8_t)which)) + params->of_board[which];
}

void ed_params_default(struct ed_params *params)
{
    for (uint8_t place = 0; place < ED_PARAMS; place++) {
        uint16_t value = (uint16_t)(row_i32(place, offsetof(struct ed_param_row, def)) - row_min(place));
        if (place < ED_PAD_PARAMS) {
            for (uint8_t pad = 0; pad < ED_PADS; pad++) {
                params->of_pad[place][pad] = value;
            }
        } else {
            params->of_board[place - ED_PAD_PARAMS] = value;
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
        uint16_t stored = place < ED_PAD_PARAMS ? params->of_pad[place][index] : params->of_board[place - ED_PAD_PARAMS];
        *value = row_min(place) + stored;
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
    uint16_t stored = (uint16_t)(*value - min);
    if (place < ED_PAD_PARAMS) {
        params->of_pad[place][index] = stored;
    } else {
        params->of_board[place - ED_PAD_PARAMS] = stored;
    }
    return ED_PARAM_FINE;
}
