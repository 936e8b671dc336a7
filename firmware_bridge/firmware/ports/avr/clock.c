#include "clock.h"

static volatile uint32_t wraps;

ISR(TIMER1_OVF_vect)
{
    wraps++;
}

void ed_clock_start(void)
{
    TCCR1A = 0;
    TCCR1B = _BV(CS11); /* 16 MHz / 8 */
    TIMSK1 = _BV(TOIE1);
}

uint64_t ed_clock_now_us(void)
{
    uint8_t status = SREG;
    cli();
    uint16_t ticks = TCNT1;
    uint32_t wrapped = wraps;
    /* It may have wrapped since interrupts were held off. */
    if ((TIFR1 & _BV(TOV1)) && ticks < 0x8000u) {
        wrapped++;
    }
    SREG = status;
    /* A wrap is 2^15 us. Put together in halves: shifts of 64 bits are slow here. */
    uint16_t low = ticks / ED_TICKS_PER_US;
    if (wrapped & 1u) {
        low |= 0x8000u;
    }
    union {
        struct {
            uint16_t low;
            uint32_t middle;
            uint16_t high;
        } part;
        uint64_t us;
    } now = {.part = {low, wrapped >> 1, 0}};
    return now.us;
}
