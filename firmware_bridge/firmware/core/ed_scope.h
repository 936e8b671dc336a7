/* A pad's raw readings, in pieces; what the line does not take in time is left out. */
#ifndef ED_SCOPE_H
#define ED_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

struct ed_piece {
    uint32_t t_us; /* of the first reading */
    uint16_t readings[ED_SCOPE > 0 ? ED_SCOPE : 1];
    uint8_t count;
};

struct ed_scope {
    struct ed_piece pieces[2]; /* one fills, the other waits for the line */
    uint8_t pad;
    uint8_t channel; /* ED_NO_CHANNEL: off */
    uint8_t filling;
    bool full; /* the other one waits */
};

void ed_scope_start(struct ed_scope *);
void ed_scope_watch(struct ed_scope *, uint8_t pad, uint8_t channel);
void ed_scope_add(struct ed_scope *, uint16_t reading, uint32_t t_us);
const struct ed_piece *ed_scope_piece(const struct ed_scope *); /* NULL: none is full */
void ed_scope_sent(struct ed_scope *);

#endif
