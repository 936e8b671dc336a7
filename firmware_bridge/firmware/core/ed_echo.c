#include "ed_echo.h"

#define KNOWN 3u    /* as often as that, it is no accident */
#define SUREST 8u   /* so soon is it forgotten when the stand is moved */
#define ALIKE_LEVEL 20     /* 3.8 dB */
#define ALIKE_LATE 11      /* 0.7 ms */
#define LOUDER 27          /* 5 dB: the cause was struck elsewhere on its pad */
#define LOUDER_IN_CROWD 48 /* 9 dB */
#define OTHER_US 1200      /* a flank that is hardly there is hard to time */

static uint8_t in_units(uint16_t value, uint16_t unit)
{
    uint16_t units = (uint16_t)(value / unit);
    return (uint8_t)(units > 255u ? 255u : units);
}

static uint8_t nearer(uint8_t old, int16_t off)
{
    return (uint8_t)(old + off / 4);
}

void ed_echo_learn(struct ed_echo *echo, uint16_t under, uint16_t late_us)
{
    uint8_t level = in_units(under, ED_ECHO_LEVEL);
    uint8_t late = in_units(late_us, ED_ECHO_US);
    int16_t off_level = (int16_t)(level - echo->under);
    int16_t off_late = (int16_t)(late - echo->late);
    bool alike = off_level < ALIKE_LEVEL && off_level > -ALIKE_LEVEL && off_late < ALIKE_LATE && off_late > -ALIKE_LATE;
    if (echo->sure == 0) {
        echo->under = level;
        echo->late = late;
        echo->sure = 1;
    } else if (!alike) {
        echo->sure--;
    } else {
        echo->under = nearer(echo->under, off_level);
        echo->late = nearer(echo->late, off_late);
        echo->sure = (uint8_t)(echo->sure < SUREST ? echo->sure + 1u : SUREST);
    }
}

bool ed_echo_known(const struct ed_echo *echo)
{
    return echo->sure >= KNOWN;
}

bool ed_echo_is(const struct ed_echo *echo, uint16_t under, int32_t late_us, bool crowd)
{
    int32_t off_us = late_us - (int32_t)echo->late * (int32_t)ED_ECHO_US;
    int16_t louder = (int16_t)(echo->under - in_units(under, ED_ECHO_LEVEL));
    return off_us < OTHER_US && off_us > -OTHER_US && louder < (crowd ? LOUDER_IN_CROWD : LOUDER);
}
