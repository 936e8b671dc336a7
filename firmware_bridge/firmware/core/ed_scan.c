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
static ED_APART void time_flank(struct ed_scan *scan, const struct ed_sensor *sensor, uint8_t back, uint16_t t_us)
{
    ED_KEEP_POINTER(scan);
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
        uint16_t from_half = (uint16_t)(upper - half);
        uint16_t fall = (uint16_t)(upper - lower);
        /* A division of 16 bits is a third of one of 32. */
        while (fall > 255u) {
            from_half >>= 1;
            fall >>= 1;
        }
        part = (uint16_t)((uint16_t)(from_half << 8) / fall);
    }
    uint16_t periods = (uint16_t)((uint16_t)((above + ED_SMOOTH_LATE) << 8) + part);
    scan->flank_us = (uint16_t)(t_us - (uint16_t)((uint32_t)periods * ED_PERIOD_US >> 8));
    scan->flank = (uint8_t)(above - back - scan->since);
    scan->timed = true;
}

/* One reading more; true: the first peak is over, and its flank is to be timed. */
static inline bool look(struct ed_scan *scan, int16_t newest, int16_t four_before)
{
    int16_t four = scan->last_four;
    int16_t smooth = four;
    four = (int16_t)(four + newest - four_before);
    scan->last_four = four;
    /* The sums of four readings and of the four before, one reading apart: 1 2 2 2 1. */
    uint16_t now = height_of((int16_t)(smooth + four));
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
        return false;
    }
    if (now > scan->first) {
        scan->first = now;
        scan->since = 0;
        return false;
    }
    scan->since++;
    return scan->first >= scan->floor && now < scan->first - (scan->first >> 2);
}

void ed_scan_start(struct ed_scan *scan, const struct ed_sensor *sensor, bool ringing, uint16_t t_us)
{
    uint8_t first = ringing ? LOOK_BACK : LOOK_BACK_IN_QUIET;
    *scan = (struct ed_scan){0};
    scan->floor = (uint16_t)(sensor->limit * (ED_PEAK_PER_STEP / ED_BAND_PER_STEP));
    /* As long as every reading is as low as that, they are below `floor` when smoothed. */
    uint16_t low = sensor->limit / (ED_BAND_PER_STEP);
    uint8_t back = (uint8_t)(first + ED_SMOOTHED - 1u);
    const int16_t *at = ed_sensor_past(sensor, back);
    while (back != 0 && height_of(*at) < low) {
        at = ed_sensor_newer(sensor, at);
        back--;
    }
    back = back < first ? back : first;
    const int16_t *four_before = ed_sensor_past(sensor, (uint8_t)(back + ED_SMOOTHED - 1u));
    at = four_before;
    for (uint8_t n = 0; n < ED_SMOOTHED - 1u; n++) {
        scan->last_four = (int16_t)(scan->last_four + *at);
        at = ed_sensor_newer(sensor, at);
    }
    for (;;) {
        if (look(scan, *at, *four_before)) {
            time_flank(scan, sensor, back, t_us);
        }
        if (back == 0) {
            return;
        }
        back--;
        at = ed_sensor_newer(sensor, at);
        four_before = ed_sensor_newer(sensor, four_before);
    }
}

void ed_scan_loud(struct ed_scan *scan, uint16_t reading, uint16_t band)
{
    if (reading <= RAIL_LOW || reading >= RAIL_HIGH) {
        scan->clipped = true;
    }
    if (band > scan->band_peak) {
        scan->band_peak = band;
    }
}

ED_APART void ed_scan_hear(struct ed_scan *scan, const struct ed_sensor *sensor, uint16_t reading, uint16_t band,
                           uint16_t t_us)
{
    ED_KEEP_POINTER(scan);
    ED_KEEP_POINTER(sensor);
    ed_scan_loud(scan, reading, band);
    if (look(scan, sensor->past[sensor->at], *ed_sensor_past(sensor, ED_SMOOTHED - 1u))) {
        time_flank(scan, sensor, 0, t_us);
    }
}

void ed_scan_end(struct ed_scan *scan, const struct ed_sensor *sensor, uint16_t t_us)
{
    if (!scan->timed) {
        time_flank(scan, sensor, 0, t_us);
    }
}
