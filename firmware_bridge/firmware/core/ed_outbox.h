/* What the trigger has to say and the line has not taken yet.
 *
 * Strikes are numbered here and kept in a ring: it is the queue to the line as well as the store for
 * Resend, so that a line that stands still costs no memory of its own. Of a pedal only the newest
 * place is worth saying. */
#ifndef ED_OUTBOX_H
#define ED_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"
#include "ed_strike.h"

struct ed_outbox {
    struct ed_strike ring[ED_RING];
    uint32_t hits;    /* number that the next strike will have */
    uint32_t sent;    /* number of the next one for the line */
    uint32_t dropped; /* strikes that left the ring and were never sent */
    struct ed_pedal pedals[ED_PEDALS];
    uint8_t pedals_known; /* so many of them are told of */
    uint8_t pedals_wait;  /* bit n: pedals[n] is to be said */
};

/* --- the trigger's side --- */

/* A new strike: the place where it is kept, all 0, to be filled in at once. */
struct ed_strike *ed_outbox_strike(struct ed_outbox *);

/* The trigger decides what is worth saying: it moved enough, and not more than 100 times a second. */
void ed_outbox_pedal(struct ed_outbox *, const struct ed_pedal *);

/* --- the line's side --- */

void ed_outbox_start(struct ed_outbox *);

/* The next strike for the line; false: none waits. */
bool ed_outbox_next(struct ed_outbox *, struct ed_strike *, uint32_t *number, uint32_t now_us);

/* A strike once more; false: it is not in the ring (any more). */
bool ed_outbox_again(const struct ed_outbox *, uint32_t number, struct ed_strike *);

/* Number of the oldest strike in the ring; `hits` when it is empty. */
uint32_t ed_outbox_oldest(const struct ed_outbox *);

/* The next pedal for the line; false: none waits. */
bool ed_outbox_next_pedal(struct ed_outbox *, struct ed_pedal *);

/* Say where the pedals are once more, as of now: somebody new listens, or the last word may be lost. */
void ed_outbox_pedals_again(struct ed_outbox *, uint32_t now_us);

static inline bool ed_outbox_waits(const struct ed_outbox *outbox)
{
    return outbox->sent != outbox->hits || outbox->pedals_wait != 0;
}

#endif
