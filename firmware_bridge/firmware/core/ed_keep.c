#include "ed_keep.h"

#include "ed_wire.h"

#define WHOLE 0xE1u /* also says which form the image has */
#define NOT_WHOLE 0u
#define PAD_ROW (ED_KEEP_ROW + 2u * ED_PADS)
#define BOARD_ROW (ED_KEEP_ROW + 2u)
#define CRC_AT (ED_KEEP_BYTES - 2u)

/* How many steps an image takes: not whole, its bytes but the first, whole. */
#define STEPS (ED_KEEP_BYTES + 1u)

static uint8_t byte_of(uint32_t value, uint16_t place)
{
    return (uint8_t)(value >> (8u * place));
}

static uint8_t value_byte(const struct ed_params *params, uint16_t at)
{
    uint8_t place;
    uint8_t count = 1;
    if (at < PAD_ROW * (uint16_t)ED_PAD_PARAMS) {
        place = (uint8_t)(at / PAD_ROW);
        at = (uint16_t)(at % PAD_ROW);
        count = ED_PADS;
    } else {
        at = (uint16_t)(at - PAD_ROW * (uint16_t)ED_PAD_PARAMS);
        place = (uint8_t)(ED_PAD_PARAMS + at / BOARD_ROW);
        at = (uint16_t)(at % BOARD_ROW);
    }
    struct ed_param_row row;
    ed_params_row(place, &row);
    if (at < 2) {
        return byte_of(row.id, at);
    }
    if (at == 2) {
        return count;
    }
    at = (uint16_t)(at - ED_KEEP_ROW);
    uint8_t index = place < ED_PAD_PARAMS ? (uint8_t)(at / 2u) : ED_WHOLE_BOARD;
    int32_t value = 0;
    (void)ed_params_get(params, row.id, index, &value);
    return byte_of((uint32_t)value, at & 1u);
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
        byte = value_byte(params, (uint16_t)(at - ED_KEEP_HEAD));
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

static bool good(const uint8_t *image, uint16_t length)
{
    if (length < ED_KEEP_HEAD + 2u || image[0] != WHOLE) {
        return false;
    }
    uint16_t used = ed_read_u16(image + 5);
    if (used < ED_KEEP_HEAD + 2u || used > length) {
        return false;
    }
    uint16_t crc = ED_CRC_START;
    for (uint16_t i = 1; i < used - 2u; i++) {
        crc = ed_crc_add(crc, image[i]);
    }
    return crc == ed_read_u16(image + used - 2u);
}

/* A value that another firmware kept: only its low 16 bits are there, and it may not be possible any more. */
static void restore_value(struct ed_params *params, uint16_t id, uint8_t index, uint16_t low)
{
    int32_t lowest = INT32_MIN;
    int32_t before;
    if (ed_params_get(params, id, index, &before) != ED_PARAM_FINE) {
        return;
    }
    (void)ed_params_set(params, id, index, &lowest);
    int32_t value = lowest + (uint16_t)(low - (uint16_t)lowest);
    int32_t wanted = value;
    (void)ed_params_set(params, id, index, &value);
    if (value != wanted) {
        (void)ed_params_set(params, id, index, &before);
    }
}

bool ed_keep_restore(struct ed_keep *keep, struct ed_params *params, uint8_t slot, const uint8_t *image, uint16_t length)
{
    if (!good(image, length)) {
        return false;
    }
    uint32_t sequence = ed_read_u32(image + 1);
    if (keep->slot != ED_KEEP_SLOTS && (int32_t)(sequence - keep->sequence) < 0) {
        return false;
    }
    keep->sequence = sequence;
    keep->slot = slot;
    keep->changed = false;
    ed_params_default(params);
    uint16_t end = (uint16_t)(ed_read_u16(image + 5) - 2u);
    uint16_t at = ED_KEEP_HEAD;
    while (at + ED_KEEP_ROW <= end) {
        uint16_t id = ed_read_u16(image + at);
        uint8_t count = image[at + 2u];
        at = (uint16_t)(at + ED_KEEP_ROW);
        for (uint8_t i = 0; i < count && at + 2u <= end; i++) {
            restore_value(params, id, i, ed_read_u16(image + at));
            if (count == 1) {
                restore_value(params, id, ED_WHOLE_BOARD, ed_read_u16(image + at));
            }
            at = (uint16_t)(at + 2u);
        }
    }
    return true;
}

void ed_keep_begin(struct ed_keep *keep)
{
    keep->writing = true;
    keep->changed = false;
    keep->at = 0;
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
