/* 64 bits of microseconds from a 32-bit timer that wraps every 71.6 minutes. */
#ifndef ED_TIME_H
#define ED_TIME_H

#include <stdint.h>

struct ed_time {
    uint32_t low;
    uint32_t wraps;
};

/* The time now; to be called more often than the timer wraps, from one context, with times that do not go
 * back. */
static inline uint64_t ed_time_us(struct ed_time *time, uint32_t timer_us)
{
    if (timer_us < time->low) {
        time->wraps++;
    }
    time->low = timer_us;
    return (uint64_t)time->wraps << 32 | timer_us;
}

/* A stamp of the timer not far from now (35 minutes either way), as 64 bits; never before 0. */
static inline uint64_t ed_time_near(uint64_t now_us, uint32_t timer_us)
{
    int32_t away_us = (int32_t)(timer_us - (uint32_t)now_us);
    if (away_us < 0 && now_us < (uint64_t)-(int64_t)away_us) {
        return 0;
    }
    return now_us + (uint64_t)(int64_t)away_us;
}

#endif
