#include "ed_scan.h"

#include "ed_hot.h"

/* Readings before the limit was crossed in which the strike may have begun. A soft one on a pad that swings
 * low and long is heard by its second or third wave only; in a ring nothing older is to be trusted. */
#define LOOK_BACK 14u
#define LOOK_BACK_IN_QUIET ED_DEFAULT(52u, LOOK_BACK)
_Static_assert(LOOK_BACK_IN_QUIET + ED_SMOOTHED <= ED_PAST, "the past is long enough to look back");

#define RAIL_LOW 3u       /* at or below: the converter's end */
#define RAIL_HIGH 4092u   /* also of a converter with 10 bits */

static uint16_t height_of(int16_t smooth)
{
    return (uint16_t)(smooth < 0 ? -smooth : smooth);
}

static uint16_t height(const struct ed_sensor *sensor, uint8_t back)
{
    return height_of(ed_sensor_smooth(sensor, back));
}

/* When the flank before the first peak was at half its height. */
static ED_APART void time_flank(struct ed_scan *scan, const struct ed_sensor *sensor, uint8_t back, uint32_t t_us)
{
    uint16_t half = (uint16_t)(scan->first >> 1);
    uint8_t above = (uint8_t)(back + scan->since);
    uint16_t upper = scan->first;
    uint16_t lower = upper;
    while (above + ED_SMOOTHED < ED_PAST) {
        lower = height(sensor, (uint8_t)(above + 1u));
        if (lower < half) {
            break;
        }
        upper = lower;
        above++;
    }
    uint16_t part = 0; /* of a period, in 256ths, from the crossing to `above` */
    if (lower < half && upper > lower) {
        part = (uint16_t)(((uint32_t)(upper - half) << 8) / (uint16_t)(upper - lower));
    }
    uint16_t periods = (uint16_t)((uint16_t)((above + ED_SMOOTH_LATE) << 8) + part);
    scan->flank_us = t_us - ((uint32_t)periods * ED_PERIOD_US >> 8);
    scan->flank = (uint8_t)(above - back - scan->since);
    scan->timed = true;
}

static void look(struct ed_scan *scan, const struct ed_sensor *sensor, uint16_t now, uint8_t back, uint32_t t_us)
{
    if (now > scan->peak) {
        scan->peak = now;
    }
    if (scan->timed) {
        /* What was timed was a ripple before the real one. */
        if ((now >> 1) > scan->first) {
            scan->timed = false;
            scan->first = now;
            scan->since = 0;
        }
        return;
    }
    if (now > scan->first) {
        scan->first = now;
        scan->since = 0;
        return;
    }
    scan->since++;
    if (scan->first >= scan->floor && now < scan->first - (scan->first >> 2)) {
        time_flank(scan, sensor, back, t_us);
    }
}

void ed_scan_start(struct ed_scan *scan, const struct ed_sensor *sensor, bool ringing, uint32_t t_us)
{
    uint8_t first = ringing ? LOOK_BACK : LOOK_BACK_IN_QUIET;
    *scan = (struct ed_scan){0};
    scan->floor = (uint16_t)(sensor->limit * (ED_PEAK_PER_STEP / ED_BAND_PER_STEP));
    /* As ed_sensor_smooth, for one reading after the other. */
    const int16_t *at = ed_sensor_past(sensor, (uint8_t)(first + ED_SMOOTHED - 1u));
    int16_t last[ED_SMOOTHED - 1u];
    for (uint8_t n = 0; n < ED_SMOOTHED - 1u; n++) {
        last[n] = *at;
        at = ed_sensor_newer(sensor, at);
    }
    for (uint8_t back = first; back != 0; back--) {
        int16_t middle = (int16_t)(last[1] + last[2] + last[3]);
        look(scan, sensor, height_of((int16_t)(last[0] + 2 * middle + *at)), back, t_us);
        last[0] = last[1];
        last[1] = last[2];
        last[2] = last[3];
        last[3] = *at;
        at = ed_sensor_newer(sensor, at);
    }
}

ED_APART void ed_scan_hear(struct ed_scan *scan, const struct ed_sensor *sensor, uint16_t reading, uint16_t band,
                  uint32_t t_us)
{
    if (reading <= RAIL_LOW || reading >= RAIL_HIGH) {
        scan->clipped = true;
    }
    if (band > scan->band_peak) {
        scan->band_peak = band;
    }
    look(scan, sensor, height(sensor, 0), 0, t_us);
}

void ed_scan_end(struct ed_scan *scan, const struct ed_sensor *sensor, uint32_t t_us)
{
    if (!scan->timed) {
        time_flank(scan, sensor, 0, t_us);
    }
}
