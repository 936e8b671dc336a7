/* One writer (the interrupts, which do not interrupt each other) and one reader: no lock. */
#include "inbox.h"

#define PLACES 2048u /* 20 ms at 1 Mbaud */

static uint8_t bytes[PLACES];
static uint32_t times_us[PLACES];
static volatile uint32_t put;
static volatile uint32_t taken;
static volatile uint32_t lost;
static uint32_t told_lost;

void ed_inbox_put(uint8_t byte, uint32_t t_us)
{
    if (put - taken >= PLACES) {
        lost++;
        return;
    }
    bytes[put % PLACES] = byte;
    times_us[put % PLACES] = t_us;
    put++;
}

bool ed_inbox_take(uint8_t *byte, uint32_t *t_us)
{
    if (put == taken) {
        return false;
    }
    *byte = bytes[taken % PLACES];
    *t_us = times_us[taken % PLACES];
    taken++;
    return true;
}

bool ed_inbox_has_room(uint32_t more)
{
    return put - taken + more <= PLACES;
}

void ed_inbox_lose(void)
{
    lost++;
}

uint32_t ed_inbox_take_lost(void)
{
    const uint32_t now = lost;
    const uint32_t since = now - told_lost;
    told_lost = now;
    return since;
}
