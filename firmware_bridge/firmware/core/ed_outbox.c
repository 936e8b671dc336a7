#include "ed_outbox.h"

_Static_assert(ED_RING > 0 && (ED_RING & (ED_RING - 1)) == 0, "a power of two: numbers wrap with it");

_Static_assert(ED_PEDALS > 0 && ED_PEDALS <= 8, "each has a bit");

#define AT(number) ((number) & (ED_RING - 1u))

void ed_outbox_start(struct ed_outbox *outbox)
{
    outbox->hits = 0;
    outbox->sent = 0;
    outbox->dropped = 0;
    outbox->pedals_known = 0;
    outbox->pedals_wait = 0;
}

struct ed_strike *ed_outbox_strike(struct ed_outbox *outbox)
{
    if (outbox->hits - outbox->sent >= ED_RING) {
        outbox->sent++;
        outbox->dropped++;
    }
    struct ed_strike *strike = &outbox->ring[AT(outbox->hits)];
    *strike = (struct ed_strike){0};
    outbox->hits++;
    return strike;
}

bool ed_outbox_next(struct ed_outbox *outbox, struct ed_strike *strike, uint32_t *number, uint32_t now_us)
{
    if (outbox->sent == outbox->hits) {
        return false;
    }
    struct ed_strike *next = &outbox->ring[AT(outbox->sent)];
    if (next->decided_after_us == 0) {
        uint32_t after_us = now_us - next->t_us;
        next->decided_after_us = after_us > UINT16_MAX ? UINT16_MAX : (uint16_t)after_us;
    }
    *strike = *next;
    *number = outbox->sent++;
    return true;
}

uint32_t ed_outbox_oldest(const struct ed_outbox *outbox)
{
    return outbox->hits < ED_RING ? 0 : outbox->hits - ED_RING;
}

bool ed_outbox_again(const struct ed_outbox *outbox, uint32_t number, struct ed_strike *strike)
{
    if (number < ed_outbox_oldest(outbox) || number >= outbox->hits) {
        return false;
    }
    *strike = outbox->ring[AT(number)];
    strike->flags |= ED_RESENT;
    return true;
}

void ed_outbox_pedal(struct ed_outbox *outbox, const struct ed_pedal *pedal)
{
    uint8_t i = 0;
    while (i < outbox->pedals_known && outbox->pedals[i].pad != pedal->pad) {
        i++;
    }
    if (i == ED_PEDALS) {
        return;
    }
    if (i == outbox->pedals_known) {
        outbox->pedals_known++;
    }
    outbox->pedals[i] = *pedal;
    outbox->pedals_wait = (uint8_t)(outbox->pedals_wait | 1u << i);
}

bool ed_outbox_next_pedal(struct ed_outbox *outbox, struct ed_pedal *pedal)
{
    if (outbox->pedals_wait == 0) {
        return false;
    }
    uint8_t i = 0;
    while (!(outbox->pedals_wait & (1u << i))) {
        i++;
    }
    outbox->pedals_wait &= (uint8_t)~(1u << i);
    *pedal = outbox->pedals[i];
    return true;
}

void ed_outbox_pedals_again(struct ed_outbox *outbox, uint32_t now_us)
{
    for (uint8_t i = 0; i < outbox->pedals_known; i++) {
        outbox->pedals[i].t_us = now_us;
        outbox->pedals_wait = (uint8_t)(outbox->pedals_wait | 1u << i);
    }
}
