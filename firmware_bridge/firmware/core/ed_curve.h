/* From the peak of a strike to its velocity. */
#ifndef ED_CURVE_H
#define ED_CURVE_H

#include <stdint.h>

struct ed_curve {
    uint16_t full;  /* level of the hardest strike */
    uint16_t range; /* from there down to velocity 0, as a level */
    int8_t bend;    /* -100 to 100: 0 equally spaced to the ear, more: soft strikes are lifted */
};

/* `gain_percent` of 100: the hardest strike swings the converter from rail to rail; of 200, half of that.
 * A peak is in ED_PEAK_PER_STEP. */
void ed_curve_set(struct ed_curve *, uint16_t gain_percent, uint8_t range_db, int8_t bend);

/* 0 to 65535; at least 1, since something was heard. */
uint16_t ed_curve_velocity(const struct ed_curve *, uint16_t level);

/* The weakest level that reaches this velocity. */
uint16_t ed_curve_level(const struct ed_curve *, uint16_t velocity);

#endif
