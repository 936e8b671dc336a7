#ifndef ED_PICO_CLOCKS_H
#define ED_PICO_CLOCKS_H

#include <stdint.h>

/* 120 MHz rather than 125: the select lines' steps are then whole ticks (see sampling.c). */
#define ED_SYSTEM_HZ 120000000u
#define ED_ADC_HZ 48000000u

/* From asking the core for a frame to its first byte: a Pong takes some 23 us to check and to stuff, and its
 * stamp is to be late rather than early. */
#define ED_FRAME_MAKING_US 25u

/* Starts crystal, PLLs and the blocks that are used. */
void ed_clocks_start(void);

/* Microseconds since the reset: 64 bits, never set. */
uint64_t ed_clock_us(void);

/* Sleeps until an interrupt comes or the time is reached. */
void ed_sleep_until(uint64_t wake_us);

/* Share of the time since the last call that was not slept, 0 to 100. */
uint8_t ed_load_percent(void);

/* Called by an interrupt that may have come out of sleep, with its length. */
void ed_load_add_cycles(uint32_t systick_at_entry);

uint32_t ed_systick(void);

#endif
