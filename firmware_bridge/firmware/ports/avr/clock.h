/* The board's clock: timer 1 counts half microseconds, its wraps are added up behind it. */
#ifndef ED_AVR_CLOCK_H
#define ED_AVR_CLOCK_H

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>

#define ED_TICKS_PER_US 2

/* Sets the timer up; it runs from `ed_clock_go` on. */
void ed_clock_start(void);

/* Holds the common divider of timers 0 and 1 while they are set up, and lets both go from 0 in step. */
static inline void ed_clock_hold(void)
{
    GTCCR = _BV(TSM) | _BV(PSRSYNC);
}

static inline void ed_clock_go(void)
{
    TCNT0 = 0;
    TCNT1 = 0;
    TIFR0 = _BV(OCF0A);
    TIFR1 = _BV(TOV1);
    GTCCR = 0;
}

/* Microseconds since the start, to be asked by the main loop only; the sum of the wraps is good
 * for 4.4 years. */
uint64_t ed_clock_now_us(void);

/* Half microseconds, the lowest 16 bits: they wrap every 32 ms. The register's two halves are read
 * through one latch that interrupts use as well. */
static inline uint16_t ed_clock_ticks(void)
{
    uint8_t status = SREG;
    cli();
    uint16_t ticks = TCNT1;
    SREG = status;
    return ticks;
}

#endif
