#include "ed_echo.h"

#define KNOWN 3u  /* as often as that, it is no accident */
#define SUREST 7u /* so soon is it forgotten when the stand is moved */
#define LATEST 31u
#define ALIKE_LEVEL 20     /* 3.8 dB */
#define ALIKE_LATE 3       /* 0.6 ms or a little more */
#define LOUDER 27          /* 5 dB: the cause was struck elsewhere on its pad */
#define LOUDER_IN_CROWD 48 /* 9 dB */
#define OTHER_US 1200      /* a flank that is hardly there is hard to time */

static uint8_t level_of(uint16_t under)
{
    uint16_t level = under / ED_ECHO_LEVEL;
    return (uint8_t)(level > 255u ? 255u : level);
}

void ed_echo_learn(struct ed_echo *echo, uint16_t under, uint16_t late_us)
{
    uint8_t late = (uint8_t)(late_us / ED_ECHO_US);
    late = late > LATEST ? LATEST : late;
    int16_t off_level = (int16_t)(level_of(under) - echo->under);
    int8_t off_late = (int8_t)(late - echo->late);
    if (echo->sure == 0) {
        echo->under = level_of(under);
        echo->late = late & LATEST;
        echo->sure = 1;
    } else if (off_level >= ALIKE_LEVEL || off_level <= -ALIKE_LEVEL || off_late >= ALIKE_LATE ||
               off_late <= -ALIKE_LATE) {
        echo->sure--;
    } else {
        echo->under = (uint8_t)(echo->under + off_level / 4);
        /* A step towards it: coarse as it is, that finds the middle. */
        if (off_late > 0) {
            echo->late++;
        } else if (off_late < 0) {
            echo->late--;
        }
        if (echo->sure < SUREST) {
            echo->sure++;
        }
    }
}

bool ed_echo_known(const struct ed_echo *echo)
{
    return echo->sure >= KNOWN;
}

enum ed_echo_fit ed_echo_fits(const struct ed_echo *echo, uint16_t under, int16_t late_us)
{
    int16_t off_us = (int16_t)(late_us - (int16_t)(echo->late * ED_ECHO_US + ED_ECHO_US / 2u));
    int16_t louder = (int16_t)(echo->under - level_of(under));
    if (off_us >= OTHER_US || off_us <= -OTHER_US || louder >= LOUDER_IN_CROWD) {
        return ED_ECHO_NO;
    }
    return louder >= LOUDER ? ED_ECHO_IN_CROWD : ED_ECHO_YES;
}
