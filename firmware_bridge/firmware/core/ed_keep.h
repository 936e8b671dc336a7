/* The parameters beyond the loss of power.
 *
 * There are two slots. An image is written into the older one, byte by byte, its first byte (which
 * says that it is whole) last; so at every moment at least one slot is good. It names parameters by their
 * ids, so that another firmware takes what it knows. */
#ifndef ED_KEEP_H
#define ED_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_params.h"

/* whole u8, sequence u32, length u16 | for each parameter: id u16, count u8 (bit 7: two bytes a value),
 * the values' lowest bytes | CRC-16 */
#define ED_KEEP_HEAD 7u
#define ED_KEEP_ROW 3u
#define ED_KEEP_BYTES (ED_KEEP_HEAD + ED_KEEP_ROW * (uint16_t)ED_PARAMS + sizeof(struct ed_params) + 2u)
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
    uint8_t place;  /* of the row that is being handed out */
    uint8_t in_row; /* bytes of it that have been */
    uint8_t slot;   /* the newest good one; ED_KEEP_SLOTS: none */
    bool writing;
    bool changed; /* something is set that is not kept */
};

/* A slot being read, a byte after the other: first all of it is checked, then all of it is taken. */
struct ed_restore {
    uint32_t sequence;
    uint16_t at;
    uint16_t used; /* length of the image, by its own word */
    uint16_t crc;
    uint16_t id; /* of the row that is being read */
    uint8_t in_row;
    uint8_t count;
    uint8_t low; /* first byte of a value of two */
    bool good;
};

void ed_keep_start(struct ed_keep *);

void ed_restore_start(struct ed_restore *);
void ed_restore_check(struct ed_restore *, uint8_t byte);

/* The slot has been checked: is it to be taken, being good and newer than what was taken before? */
bool ed_keep_wants(struct ed_keep *, struct ed_restore *, uint8_t slot);
void ed_restore_take(struct ed_restore *, struct ed_params *, uint8_t byte);

void ed_keep_begin(struct ed_keep *);
void ed_keep_touch(struct ed_keep *); /* a value was set: an image half written is begun again */
bool ed_keep_next(struct ed_keep *, const struct ed_params *, struct ed_write *);
void ed_keep_end(struct ed_keep *, bool ok);

#endif
