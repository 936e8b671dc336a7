#include "ed_curve.h"

#include "ed_level.h"
#include "ed_sensor.h"

#define HALF_SCALE 2048u

void ed_curve_set(struct ed_curve *curve, uint16_t gain_percent, uint8_t range_db, int8_t bend)
{
    uint16_t rails = ed_level_of(HALF_SCALE * ED_PEAK_PER_STEP);
    uint16_t gain = (uint16_t)(ed_level_of(gain_percent) + 4u * ED_OCTAVE);
    curve->full = (uint16_t)(rails + ed_level_of(100u) + 4u * ED_OCTAVE - gain);
    curve->range = ed_level_of_db(range_db);
    curve->bend = bend;
}

uint16_t ed_curve_velocity(const struct ed_curve *curve, uint16_t level)
{
    uint16_t silence = curve->full > curve->range ? (uint16_t)(curve->full - curve->range) : 0;
    if (level <= silence) {
        return 1;
    }
    if (level >= curve->full) {
        return 65535u;
    }
    uint16_t v = (uint16_t)((uint32_t)(level - silence) * 65535u / (uint16_t)(curve->full - silence));
    if (curve->bend == 0) {
        return v == 0 ? 1 : v;
    }
    /* v + bend * v * (1 - v): rises everywhere as long as |bend| is at most 1. */
    int32_t room = (int32_t)(((uint32_t)v * (65535u - v)) >> 16);
    int32_t bent = (int32_t)v + room * curve->bend / 100;
    return (uint16_t)(bent < 1 ? 1 : bent > 65535 ? 65535 : bent);
}

uint16_t ed_curve_level(const struct ed_curve *curve, uint16_t velocity)
{
    uint16_t level = 0;
    for (uint16_t bit = 0x4000u; bit != 0; bit = (uint16_t)(bit >> 1)) {
        uint16_t tried = level | bit;
        if (ed_curve_velocity(curve, tried) < velocity) {
            level = tried;
        }
    }
    return level;
}
