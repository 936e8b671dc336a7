#include "load.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "clock.h"
#include "sampler.h"

/* What a waking costs: the reading's interrupt, and a look whether that was all. */
#define ED_WAKING_TICKS 10u

static uint32_t slept_ticks;
static uint32_t asked_us;

void ed_load_sleep(void)
{
    uint16_t from = ed_clock_ticks();
    uint8_t wakings = ed_sampler_sleep();
    uint16_t ticks = (uint16_t)(ed_clock_ticks() - from);
    uint16_t work = (uint16_t)(wakings * ED_WAKING_TICKS);
    if (ticks > work) {
        slept_ticks += (uint16_t)(ticks - work);
    }
}

uint8_t ed_load_percent(uint32_t now_us)
{
    uint32_t passed_us = now_us - asked_us;
    uint32_t slept_us = slept_ticks / ED_TICKS_PER_US;
    asked_us = now_us;
    slept_ticks = 0;
    if (passed_us < 100u || slept_us >= passed_us) {
        return 0;
    }
    return (uint8_t)(100u - slept_us / (passed_us / 100u));
}
