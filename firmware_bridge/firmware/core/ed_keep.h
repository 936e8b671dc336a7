/* The parameters beyond the loss of power.
 *
 * There are two slots. An image is written into the older one, byte by byte, its first byte (which
 * says that it is whole) last; so at every moment at least one slot is good. */
#ifndef ED_KEEP_H
#define ED_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_params.h"

/* whole, sequence u32, length u16 | for each parameter: id u16, count u8, values u16 | CRC-16 */
#define ED_KEEP_HEAD 7u
#define ED_KEEP_ROW 3u
#define ED_KEEP_VALUES (2u * ((uint16_t)ED_PAD_PARAMS * ED_PADS + (uint16_t)ED_BOARD_PARAMS))
#define ED_KEEP_BYTES (ED_KEEP_HEAD + ED_KEEP_ROW * (uint16_t)ED_PARAMS + ED_KEEP_VALUES + 2u)
#define ED_KEEP_SLOTS 2u

/* A byte to be written. */
struct ed_write {
    uint16_t at; /* within the slot */
    uint8_t slot;
    uint8_t byte;
    bool last; /* of this image: when it is written, tell `ed_board_saved` */
};

struct ed_keep {
    uint32_t sequence; /* of the newest good slot */
    uint16_t at;       /* how many bytes of the image have been handed out */
    uint16_t crc;
    uint8_t slot;    /* the newest good one; ED_KEEP_SLOTS: none */
    bool writing;
    bool changed; /* something is set that is not kept */
};

void ed_keep_start(struct ed_keep *);

/* A slot as it was found; takes its values when it is good and newer than the last one. */
bool ed_keep_restore(struct ed_keep *, struct ed_params *, uint8_t slot, const uint8_t *image, uint16_t length);

void ed_keep_begin(struct ed_keep *);
void ed_keep_touch(struct ed_keep *); /* a value was set: an image half written is begun again */
bool ed_keep_next(struct ed_keep *, const struct ed_params *, struct ed_write *);
void ed_keep_end(struct ed_keep *, bool ok);

#endif
