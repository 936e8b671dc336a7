/* What is done with every reading while nobody plays, in assembler: 48,000 times a second, and a third of the
 * processor. Otherwise as in core/ed_kit.c; the two are held to give the same. */
#include <stddef.h>

#include "ed_hot.h"
#include "ed_kit.h"

#define OF_INPUT(field) offsetof(struct ed_input, field)
#define OF_SENSOR(field) (OF_INPUT(piezo) + offsetof(struct ed_piezo, sensor) + offsetof(struct ed_sensor, field))

_Static_assert(ED_JOB_HEAD == 1 && ED_JOB_RIM == 2, "jobs 1 and 2 are piezos");
_Static_assert(OF_SENSOR(at) < 64 && OF_SENSOR(limit) < 63, "within reach of ldd");

/* Goes on from `input` until one is loud or no piezo, or none is left. Gives back how many are left, that one
 * among them, and leaves `*input` and `*reading` at it. */
static inline uint8_t hear_quiet_ones(struct ed_input **input, const uint16_t **reading, uint8_t left, uint8_t past_at,
                                      uint16_t *band)
{
    struct ed_input *y = *input;
    const uint16_t *x = *reading;
    uint16_t heard;
    uint16_t past_offset = (uint16_t)(OF_SENSOR(past) + 2u * past_at);
    uint16_t value;
    uint16_t other;
    __asm__ volatile("1:\n\t"
                     "ld %A[value], X+\n\t"
                     "ld %B[value], X+\n\t"
                     "ldd %A[heard], Y+%[job]\n\t"
                     "dec %A[heard]\n\t"
                     "cpi %A[heard], 2\n\t"
                     "brsh 4f\n\t"
                     /* value -= rest; past[at] = value */
                     "ldd %A[other], Y+%[rest]\n\t"
                     "ldd %B[other], Y+%[rest]+1\n\t"
                     "sub %A[value], %A[other]\n\t"
                     "sbc %B[value], %B[other]\n\t"
                     "std Y+%[at], %[past_at]\n\t"
                     "movw r30, r28\n\t"
                     "add r30, %A[offset]\n\t"
                     "adc r31, %B[offset]\n\t"
                     "st Z, %A[value]\n\t"
                     "std Z+1, %B[value]\n\t"
                     /* low += value - low / 4 */
                     "ldd %A[heard], Y+%[low]\n\t"
                     "ldd %B[heard], Y+%[low]+1\n\t"
                     "movw %A[other], %A[heard]\n\t"
                     "asr %B[other]\n\t"
                     "ror %A[other]\n\t"
                     "asr %B[other]\n\t"
                     "ror %A[other]\n\t"
                     "sub %A[heard], %A[other]\n\t"
                     "sbc %B[heard], %B[other]\n\t"
                     "add %A[heard], %A[value]\n\t"
                     "adc %B[heard], %B[value]\n\t"
                     "std Y+%[low], %A[heard]\n\t"
                     "std Y+%[low]+1, %B[heard]\n\t"
                     /* heard = |low - slow| */
                     "ldd %A[other], Y+%[slow]\n\t"
                     "ldd %B[other], Y+%[slow]+1\n\t"
                     "sub %A[heard], %A[other]\n\t"
                     "sbc %B[heard], %B[other]\n\t"
                     "sbrs %B[heard], 7\n\t"
                     "rjmp 2f\n\t"
                     "com %B[heard]\n\t"
                     "neg %A[heard]\n\t"
                     "sbci %B[heard], 0xFF\n"
                     "2:\n\t"
                     "ldd %A[other], Y+%[loudest]\n\t"
                     "ldd %B[other], Y+%[loudest]+1\n\t"
                     "cp %A[other], %A[heard]\n\t"
                     "cpc %B[other], %B[heard]\n\t"
                     "brsh 3f\n\t"
                     "std Y+%[loudest], %A[heard]\n\t"
                     "std Y+%[loudest]+1, %B[heard]\n"
                     "3:\n\t"
                     "ldd %A[other], Y+%[limit]\n\t"
                     "ldd %B[other], Y+%[limit]+1\n\t"
                     "cp %A[heard], %A[other]\n\t"
                     "cpc %B[heard], %B[other]\n\t"
                     "brsh 4f\n\t"
                     "subi r28, lo8(-(%[size]))\n\t"
                     "sbci r29, hi8(-(%[size]))\n\t"
                     "dec %[left]\n\t"
                     "brne 1b\n"
                     "4:\n\t"
                     : "+y"(y), "+x"(x), [left] "+r"(left), [heard] "=&d"(heard), [value] "=&r"(value),
                       [other] "=&r"(other)
                     : [past_at] "r"(past_at), [offset] "r"(past_offset), [job] "I"(OF_INPUT(job)),
                       [rest] "I"(OF_SENSOR(rest)), [at] "I"(OF_SENSOR(at)), [low] "I"(OF_SENSOR(low)),
                       [slow] "I"(OF_SENSOR(slow)), [loudest] "I"(OF_SENSOR(loudest)), [limit] "I"(OF_SENSOR(limit)),
                       [size] "i"(sizeof(struct ed_input))
                     : "r30", "r31", "memory");
    *input = y;
    *reading = x - 1;
    *band = heard;
    return left;
}

/* From the first loud one on. Apart, so that a quiet sweep saves no registers for it. */
static ED_APART void go_on(struct ed_kit *kit, struct ed_input *input, const uint16_t *readings, uint8_t left,
                          uint16_t band, uint32_t t_us, uint8_t step_us)
{
    while (left != 0) {
        ed_kit_attend(kit, input, *readings, band, t_us + (uint16_t)((uint8_t)(ED_CHANNELS - left) * step_us));
        if (--left != 0) {
            input++;
            readings++;
            left = hear_quiet_ones(&input, &readings, left, kit->past_at, &band);
        }
    }
}

static ED_APART void hear(struct ed_kit *kit, const uint16_t *readings, uint32_t t_us, uint8_t step_us)
{
    struct ed_input *input = kit->inputs;
    uint16_t band;
    uint8_t left = hear_quiet_ones(&input, &readings, ED_CHANNELS, kit->past_at, &band);
    if (left != 0) {
        go_on(kit, input, readings, left, band, t_us, step_us);
    }
}

void ed_kit_sweep(struct ed_kit *kit, const uint16_t *readings, uint32_t t_us, uint8_t step_us)
{
    ed_kit_begin_sweep(kit, t_us);
    hear(kit, readings, t_us, step_us);
}
