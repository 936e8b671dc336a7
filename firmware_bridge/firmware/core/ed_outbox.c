#include "ed_outbox.h"

_Static_assert(ED_RING > 0 && (ED_RING & (ED_RING - 1)) == 0, "a power of two: numbers wrap with it");

#define AT(number) ((number) & (ED_RING - 1u))

void ed_outbox_start(struct ed_outbox *outbox)
{
    outbox->hits = 0;
    outbox->sent = 0;
    outbox->dropped = 0;
    for (uint8_t i = 0; i < ED_PEDALS; i++) {
        outbox->pedal_known[i] = 0;
        outbox->pedal_waits[i] = 0;
    }
}

void ed_outbox_strike(struct ed_outbox *outbox, const struct ed_strike *strike)
{
    if (outbox->hits - outbox->sent >= ED_RING) {
        outbox->sent++;
        outbox->dropped++;
    }
    outbox->ring[AT(outbox->hits)] = *strike;
    outbox->hits++;
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
    for (uint8_t i = 0; i < ED_PEDALS; i++) {
        if (!outbox->pedal_known[i] || outbox->pedals[i].pad == pedal->pad) {
            outbox->pedals[i] = *pedal;
            outbox->pedal_known[i] = 1;
            outbox->pedal_waits[i] = 1;
            return;
        }
    }
}

bool ed_outbox_next_pedal(struct ed_outbox *outbox, struct ed_pedal *pedal)
{
    for (uint8_t i = 0; i < ED_PEDALS; i++) {
        if (outbox->pedal_waits[i]) {
            outbox->pedal_waits[i] = 0;
            *pedal = outbox->pedals[i];
            return true;
        }
    }
    return false;
}

void ed_outbox_pedals_again(struct ed_outbox *outbox, uint32_t now_us)
{
    for (uint8_t i = 0; i < ED_PEDALS; i++) {
        if (outbox->pedal_known[i]) {
            outbox->pedals[i].t_us = now_us;
            outbox->pedal_waits[i] = 1;
        }
    }
}

bool ed_outbox_waits(const struct ed_outbox *outbox)
{
    for (uint8_t i = 0; i < ED_PEDALS; i++) {
        if (outbox->pedal_waits[i]) {
            return true;
        }
    }
    return outbox->sent != outbox->hits;
}
