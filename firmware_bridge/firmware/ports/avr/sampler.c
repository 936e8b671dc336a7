#include "sampler.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stddef.h>

#include "clock.h"
#include "pins.h"

/* The input is held two of the converter's clocks, 2 us, after the trigger. */
#define ED_HELD_AFTER_US 2u
/* The reading that comes next was begun at most so long ago when none was lost, and begins at latest so soon. */
#define ED_BEHIND_TICKS 66u
#define ED_AHEAD_TICKS 8u
/* Times are compared within a wrap of the clock's timer. */
#define ED_WRAP_MASK_US 0x7FFFu

#define ED_SUPPLY _BV(REFS0) /* 5 V is full scale */
#define ED_MUX(n) ((uint8_t)(ED_SUPPLY | (n)))

/* Where the interrupt writes next, in bytes. GPIOR0 to 2 are memory that is reached in one cycle, and nobody else's:
 * the interrupt keeps what it found in two registers in the other two. */
#define ED_AT GPIOR1
/* So many rounds the main loop may be busy with something else: one or two milliseconds. */
#define ED_READINGS (ED_ROUNDS * ED_CHANNELS)
#define ED_RING_BYTES (2u * ED_READINGS)
#define ED_ROUND_BYTES (2u * ED_CHANNELS)
/* So much may wait: the interrupt goes on, and is not to write what is just being read. */
#define ED_MOST_BYTES (ED_RING_BYTES - 2u * ED_ROUND_BYTES)
/* When more waits, so many rounds are given up, the oldest: enough to go on with, and no more than need be. */
#define ED_GIVEN_UP 2u

_Static_assert(ED_READINGS * ED_CONVERSION_US * ED_TICKS_PER_US % 256u > ED_BEHIND_TICKS, "a full buffer shows");
_Static_assert(ED_RING_BYTES + ED_GIVEN_UP * ED_ROUND_BYTES <= 256u, "the place in the buffer is one byte");

static uint16_t readings[ED_READINGS];
/* Which input comes behind an input. */
static uint8_t mux_behind[8];
static const uint8_t order[ED_CHANNELS] = ED_MUX_ORDER;

/* The main loop's place, and when the reading there was taken. */
static uint8_t used;
static uint32_t next_us;
static uint8_t next_ticks; /* the same in the clock's ticks, their lowest byte */
static uint16_t lost;

/* The compare's interrupt and not the converter's own: it clears the flag whose edge triggers, and leaves
 * 13.5 us for whatever holds it up, until the next reading takes the place of the last one. Nothing here
 * does for so long: no other interrupt takes more than 5 us, and the few that go first come seldom. Conversion n
 * is read when n + 1 has begun. In assembler, since it comes 47,619 times a second. */
ISR(TIMER0_COMPA_vect, ISR_NAKED)
{
    __asm__ volatile("out %[keep_24], r24\n\t"
                     "out %[keep_25], r25\n\t"
                     "in r24, __SREG__\n\t"
                     "push r24\n\t"
                     "push r30\n\t"
                     "push r31\n\t"
                     /* readings[at] = ADC << 2 */
                     "in r30, %[at]\n\t"
                     "clr r31\n\t"
                     "subi r30, lo8(-(%[ring]))\n\t"
                     "sbci r31, hi8(-(%[ring]))\n\t"
                     "lds r24, %[low]\n\t"
                     "lds r25, %[high]\n\t"
                     "add r24, r24\n\t"
                     "adc r25, r25\n\t"
                     "add r24, r24\n\t"
                     "adc r25, r25\n\t"
                     "st Z, r24\n\t"
                     "std Z+1, r25\n\t"
                     "in r24, %[at]\n\t"
                     "subi r24, -2\n\t"
                     "cpi r24, %[bytes]\n\t"
                     "brne 1f\n\t"
                     "clr r24\n"
                     "1:\n\t"
                     "out %[at], r24\n\t"
                     /* ADMUX = mux_behind[ADMUX & 7] */
                     "lds r30, %[mux]\n\t"
                     "andi r30, 7\n\t"
                     "clr r31\n\t"
                     "subi r30, lo8(-(%[behind]))\n\t"
                     "sbci r31, hi8(-(%[behind]))\n\t"
                     "ld r24, Z\n\t"
                     "sts %[mux], r24\n\t"
                     "pop r31\n\t"
                     "pop r30\n\t"
                     "pop r24\n\t"
                     "out __SREG__, r24\n\t"
                     "in r25, %[keep_25]\n\t"
                     "in r24, %[keep_24]\n\t"
                     "reti\n\t" ::[at] "I"(_SFR_IO_ADDR(ED_AT)),
                     [keep_24] "I"(_SFR_IO_ADDR(GPIOR0)), [keep_25] "I"(_SFR_IO_ADDR(GPIOR2)),
                     [low] "i"(_SFR_MEM_ADDR(ADCL)), [high] "i"(_SFR_MEM_ADDR(ADCH)), [mux] "i"(_SFR_MEM_ADDR(ADMUX)),
                     [bytes] "M"(ED_RING_BYTES), [ring] "i"(readings), [behind] "i"(mux_behind));
}

void ed_sampler_start(void)
{
    for (uint8_t n = 0; n < ED_CHANNELS; n++) {
        mux_behind[order[n]] = ED_MUX(order[n + 1u < ED_CHANNELS ? n + 1u : 0]);
    }
    DIDR0 = ED_DIGITAL_OFF;
    ADMUX = ED_MUX(order[0]);
    ADCSRB = ED_TRIGGER_BY_TIMER_0;
    /* 16 MHz / 16. The first conversion takes twice as long, so it is made before the clock goes. */
    ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADPS2);
    while (ADCSRA & _BV(ADSC)) {
    }
    ADMUX = ED_MUX(order[1]);
    ADCSRA = _BV(ADEN) | _BV(ADATE) | _BV(ADPS2);

    TCCR0A = _BV(WGM01);
    TCCR0B = _BV(CS01); /* 16 MHz / 8 */
    OCR0A = ED_CONVERSION_US * ED_TICKS_PER_US - 1u;
    TIMSK0 = _BV(OCIE0A);

    /* The first interrupt finds the conversion above in the place of the first channel. */
    ED_AT = 0;
    used = 0;
    next_us = ED_HELD_AFTER_US;
    next_ticks = ED_HELD_AFTER_US * ED_TICKS_PER_US;
}

static uint8_t waiting_bytes(uint8_t at)
{
    return at >= used ? (uint8_t)(at - used) : (uint8_t)(at + ED_RING_BYTES - used);
}

bool ed_sampler_has_round(void)
{
    return waiting_bytes(ED_AT) >= ED_ROUND_BYTES;
}

uint8_t ed_sampler_sleep(void)
{
    uint8_t wakings = 0;
    if (ed_sampler_has_round()) {
        return 0;
    }
    uint8_t until = (uint8_t)(used + ED_ROUND_BYTES);
    if (until == ED_RING_BYTES) {
        until = 0;
    }
    SMCR = _BV(SE); /* idle: timers, converter and line go on */
    for (;;) {
        cli();
        /* Looked at after every reading, so the place is not passed unseen. */
        if (ED_AT == until) {
            break;
        }
        /* The instruction behind sei still comes before any interrupt: none is missed. libsimavr takes one
         * instruction more, and would find interrupts off again. */
        sei();
        __asm__ volatile("sleep\n\tnop" ::: "memory");
        wakings++;
    }
    sei();
    SMCR = 0;
    return wakings;
}

/* The buffer was full, or a trigger was missed. Begin anew with the round that is coming in, and count what
 * is gone. Places follow channels, so a round still begins where a round begins. */
static void __attribute__((noinline)) catch_up(void)
{
    /* Right behind an interrupt, there is no doubt which reading is coming. */
    uint8_t at = ED_AT;
    while (ED_AT == at) {
    }
    cli();
    uint16_t ticks = TCNT1;
    at = ED_AT;
    sei();
    uint8_t waiting = (uint8_t)(waiting_bytes(at) / 2u);
    uint8_t into_round = (uint8_t)(at % ED_ROUND_BYTES / 2u);
    uint16_t coming_us = (uint16_t)((uint16_t)next_us + waiting * ED_CONVERSION_US);
    uint16_t behind_us =
        (uint16_t)(ticks / ED_TICKS_PER_US - coming_us + ED_CONVERSION_US / 2u) & ED_WRAP_MASK_US;
    uint16_t gone = (uint16_t)((uint8_t)(waiting - into_round) + behind_us / ED_CONVERSION_US);
    lost += gone;
    next_us += (uint32_t)gone * ED_CONVERSION_US;
    next_ticks = (uint8_t)((uint8_t)next_us * ED_TICKS_PER_US);
    used = (uint8_t)(at - 2u * into_round);
}

static void pass(uint8_t rounds)
{
    next_us += (uint16_t)(rounds * (ED_CHANNELS * ED_CONVERSION_US));
    next_ticks = (uint8_t)((uint8_t)next_us * ED_TICKS_PER_US);
    used = (uint8_t)(used + rounds * ED_ROUND_BYTES);
    if (used >= ED_RING_BYTES) {
        used = (uint8_t)(used - ED_RING_BYTES);
    }
}

const uint16_t *ed_sampler_round(uint32_t *t_us)
{
    cli();
    uint16_t ticks = TCNT1;
    uint8_t at = ED_AT;
    sei();
    /* Whether what is counted and what is true have parted. The lowest byte shows it: a lost reading is 42
     * ticks, a whole buffer of them 224 more than some wraps. */
    uint8_t coming = (uint8_t)(next_ticks + waiting_bytes(at) / 2u * (ED_CONVERSION_US * ED_TICKS_PER_US));
    uint8_t behind = (uint8_t)((uint8_t)ticks - coming);
    if ((uint8_t)(behind + ED_AHEAD_TICKS) > ED_AHEAD_TICKS + ED_BEHIND_TICKS) {
        catch_up();
        return NULL;
    }
    if (waiting_bytes(at) > ED_MOST_BYTES) {
        lost += ED_GIVEN_UP * ED_CHANNELS;
        pass(ED_GIVEN_UP);
        return NULL;
    }
    const uint16_t *round = &readings[used / 2u];
    /* Written by the interrupt, which is done with this round. */
    __asm__ volatile("" ::: "memory");
    *t_us = next_us;
    pass(1);
    return round;
}

uint16_t ed_sampler_take_lost(void)
{
    uint16_t n = lost;
    lost = 0;
    return n;
}
