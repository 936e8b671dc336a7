#include "ed_scope.h"

#include <stddef.h>

#include "ed_kit.h"

void ed_scope_start(struct ed_scope *scope)
{
    ed_scope_watch(scope, 0, ED_NO_CHANNEL);
}

void ed_scope_watch(struct ed_scope *scope, uint8_t pad, uint8_t channel)
{
    scope->pad = pad;
    scope->channel = channel;
    scope->filling = 0;
    scope->pieces[0].count = 0;
    scope->full = false;
}

/* A piece that is full waits until the other one is gone; nothing is added to it meanwhile. */
static void hand_over(struct ed_scope *scope)
{
    if (!scope->full && scope->pieces[scope->filling].count == ED_SCOPE) {
        scope->full = true;
        scope->filling ^= 1u;
        scope->pieces[scope->filling].count = 0;
    }
}

void ed_scope_add(struct ed_scope *scope, uint16_t reading, uint32_t t_us)
{
    struct ed_piece *piece = &scope->pieces[scope->filling];
    if (piece->count >= ED_SCOPE) {
        return;
    }
    if (piece->count == 0) {
        piece->t_us = t_us;
    }
    piece->readings[piece->count++] = reading;
    hand_over(scope);
}

const struct ed_piece *ed_scope_piece(const struct ed_scope *scope)
{
    return scope->full ? &scope->pieces[scope->filling ^ 1u] : NULL;
}

void ed_scope_sent(struct ed_scope *scope)
{
    scope->full = false;
    hand_over(scope);
}
