#include "ed_keep.h"

#include "ed_wire.h"

#define WHOLE 0xE1u /* also says which form the image has */
#define NOT_WHOLE 0u
#define WIDE 0x80u
#define CRC_AT (ED_KEEP_BYTES - 2u)

/* How many steps an image takes: not whole, its bytes but the first, whole. */
#define STEPS (ED_KEEP_BYTES + 1u)

_Static_assert(ED_PADS < WIDE, "a row's count has seven bits");

static uint8_t byte_of(uint32_t value, uint16_t place)
{
    return (uint8_t)(value >> (8u * place));
}

/* The next byte of the rows, which have the order of the table. */
static uint8_t row_byte(struct ed_keep *keep, const struct ed_params *params)
{
    uint8_t place = keep->place;
    uint8_t in_row = keep->in_row++;
    uint8_t width = ed_params_width(place);
    uint8_t count = place < ED_PAD_PARAMS ? ED_PADS : 1;
    struct ed_param_row row;
    ed_params_row(place, &row);
    if (keep->in_row == (uint8_t)(ED_KEEP_ROW + (uint8_t)(count * width))) {
        keep->place++;
        keep->in_row = 0;
    }
    if (in_row < 2) {
        return byte_of(row.id, in_row);
    }
    if (in_row == 2) {
        return width == 2 ? (uint8_t)(count | WIDE) : count;
    }
    uint8_t at = (uint8_t)(in_row - ED_KEEP_ROW);
    uint8_t index = (uint8_t)(at / width);
    int32_t value = 0;
    (void)ed_params_get(params, row.id, place < ED_PAD_PARAMS ? index : ED_WHOLE_BOARD, &value);
    return byte_of((uint32_t)value, (uint16_t)(at - index * width));
}

static uint8_t image_byte(struct ed_keep *keep, const struct ed_params *params, uint16_t at)
{
    if (at >= CRC_AT) {
        return byte_of(keep->crc, (uint16_t)(at - CRC_AT));
    }
    uint8_t byte;
    if (at < 5) {
        byte = byte_of(keep->sequence + 1u, (uint16_t)(at - 1u));
    } else if (at < ED_KEEP_HEAD) {
        byte = byte_of(ED_KEEP_BYTES, (uint16_t)(at - 5u));
    } else {
        byte = row_byte(keep, params);
    }
    keep->crc = ed_crc_add(keep->crc, byte);
    return byte;
}

void ed_keep_start(struct ed_keep *keep)
{
    keep->sequence = 0;
    keep->slot = ED_KEEP_SLOTS;
    keep->writing = false;
    keep->changed = true;
}

void ed_restore_start(struct ed_restore *restore)
{
    restore->sequence = 0;
    restore->at = 0;
    restore->used = ED_KEEP_HEAD + 2u; /* until it has said */
    restore->crc = ED_CRC_START;
    restore->good = false;
}

void ed_restore_check(struct ed_restore *restore, uint8_t byte)
{
    uint16_t at = restore->at++;
    if (at == 0) {
        restore->good = byte == WHOLE;
        return;
    }
    if (at >= restore->used) {
        return;
    }
    if (at < 5) {
        restore->sequence |= (uint32_t)byte << (8u * (at - 1u));
    } else if (at == 5) {
        restore->low = byte;
    } else if (at == 6) {
        restore->used = (uint16_t)(restore->low | (uint16_t)((uint16_t)byte << 8));
        restore->good = restore->good && restore->used >= ED_KEEP_HEAD + 2u;
    }
    if (at < restore->used - 2u) {
        restore->crc = ed_crc_add(restore->crc, byte);
    } else {
        restore->good = restore->good && byte == byte_of(restore->crc, (uint16_t)(at + 2u - restore->used));
    }
}

bool ed_keep_wants(struct ed_keep *keep, struct ed_restore *restore, uint8_t slot)
{
    if (!restore->good || restore->at < restore->used) {
        return false;
    }
    if (keep->slot != ED_KEEP_SLOTS && (int32_t)(restore->sequence - keep->sequence) < 0) {
        return false;
    }
    keep->sequence = restore->sequence;
    keep->slot = slot;
    keep->changed = false;
    restore->at = 0;
    restore->in_row = 0;
    return true;
}

/* A value that another firmware kept: only its lowest bits are there, and it may not be possible any more. */
static void take_value(struct ed_params *params, uint16_t id, uint8_t index, uint16_t low, uint16_t bits)
{
    int32_t before;
    int32_t value = INT32_MIN;
    if (ed_params_get(params, id, index, &before) != ED_PARAM_FINE) {
        return;
    }
    (void)ed_params_set(params, id, index, &value); /* the lowest that is possible */
    value += (uint16_t)(low - (uint16_t)value) & bits;
    int32_t wanted = value;
    (void)ed_params_set(params, id, index, &value);
    if (value != wanted) {
        (void)ed_params_set(params, id, index, &before);
    }
}

static void take_values(struct ed_restore *restore, struct ed_params *params, uint8_t byte)
{
    bool wide = (restore->count & WIDE) != 0;
    uint8_t count = restore->count & (uint8_t)~WIDE;
    uint8_t at = (uint8_t)(restore->in_row - ED_KEEP_ROW);
    uint8_t index = wide ? at / 2u : at;
    if (wide && (at & 1u) == 0) {
        restore->low = byte;
    } else {
        uint16_t low = wide ? (uint16_t)(restore->low | (uint16_t)((uint16_t)byte << 8)) : byte;
        uint16_t bits = wide ? 0xFFFFu : 0xFFu;
        take_value(params, restore->id, index, low, bits);
        if (count == 1) {
            take_value(params, restore->id, ED_WHOLE_BOARD, low, bits);
        }
        if (index + 1u == count) {
            restore->in_row = 0;
            return;
        }
    }
    restore->in_row++;
}

void ed_restore_take(struct ed_restore *restore, struct ed_params *params, uint8_t byte)
{
    uint16_t at = restore->at++;
    if (at < ED_KEEP_HEAD || at >= restore->used - 2u) {
        return;
    }
    if (restore->in_row >= ED_KEEP_ROW) {
        take_values(restore, params, byte);
        return;
    }
    if (restore->in_row == 0) {
        restore->id = byte;
    } else if (restore->in_row == 1) {
        restore->id |= (uint16_t)((uint16_t)byte << 8);
    } else {
        restore->count = byte;
        if ((byte & (uint8_t)~WIDE) == 0) { /* a row without values */
            restore->in_row = 0;
            return;
        }
    }
    restore->in_row++;
}

void ed_keep_begin(struct ed_keep *keep)
{
    keep->writing = true;
    keep->changed = false;
    keep->at = 0;
    keep->place = 0;
    keep->in_row = 0;
    keep->crc = ED_CRC_START;
}

void ed_keep_touch(struct ed_keep *keep)
{
    if (keep->writing && keep->at < STEPS) {
        ed_keep_begin(keep);
    } else {
        keep->changed = true;
    }
}

bool ed_keep_next(struct ed_keep *keep, const struct ed_params *params, struct ed_write *write)
{
    if (!keep->writing || keep->at >= STEPS) {
        return false;
    }
    uint16_t step = keep->at++;
    write->slot = keep->slot == 0 ? 1 : 0;
    write->last = step == STEPS - 1u;
    write->at = write->last ? 0 : step;
    if (write->at == 0) {
        write->byte = write->last ? WHOLE : NOT_WHOLE;
    } else {
        write->byte = image_byte(keep, params, step);
    }
    return true;
}

void ed_keep_end(struct ed_keep *keep, bool ok)
{
    if (!keep->writing) {
        return;
    }
    keep->writing = false;
    if (ok) {
        keep->slot = keep->slot == 0 ? 1 : 0;
        keep->sequence++;
    } else {
        keep->changed = true;
    }
}
