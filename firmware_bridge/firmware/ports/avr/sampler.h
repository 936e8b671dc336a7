/* Six inputs, one after the other, a conversion every 21 us: timer 0 starts each, an interrupt puts it
 * into a buffer, and the main loop takes a round of six from there. */
#ifndef ED_AVR_SAMPLER_H
#define ED_AVR_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

/* 336 cycles, so that every stamp is a whole number of microseconds. */
#define ED_CONVERSION_US 21u

/* With interrupts off and the clock held; the first conversion begins when the clock goes. */
void ed_sampler_start(void);

/* A round is there. */
bool ed_sampler_has_round(void);

/* The next round, when there is one: a reading of 12 bits (of which the converter knows 10) for each channel,
 * to be read at once, the first one taken at `t_us`, each next one ED_CONVERSION_US later. NULL: it
 * cannot be relied on, and is counted as lost. */
const uint16_t *ed_sampler_round(uint32_t *t_us);

/* Readings lost since the last question: overwritten in the buffer, or never begun. */
uint16_t ed_sampler_take_lost(void);

/* Sleeps until there is a round; how often it was woken for it. */
uint8_t ed_sampler_sleep(void);

#endif
