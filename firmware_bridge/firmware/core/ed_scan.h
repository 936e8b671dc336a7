/* One strike on one piezo while it is looked at: its height, its dullness, and when it came.
 *
 * The peak is that of the raw signal (smoothed over five readings). When the strike came is taken where
 * the first peak's flank is at half its height: there the signal is steepest, and a wrong reading moves the
 * time least; a peak itself is flat, and at a soft strike's it is anywhere within a millisecond. */
#ifndef ED_SCAN_H
#define ED_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sensor.h"

struct ed_scan {
    uint16_t peak;      /* ED_PEAK_PER_STEP */
    uint16_t band_peak; /* ED_BAND_PER_STEP */
    uint16_t floor;     /* what is lower is the ring or the noise before the strike */
    uint16_t first;     /* height of the first peak */
    uint16_t flank_us;  /* when the flank before it was at half its height: the lowest bits */
    int16_t last_four;  /* sum of the newest readings: what they are smoothed by */
    uint8_t flank;      /* readings from there to the peak */
    uint8_t since;      /* readings since `first` */
    bool timed : 1;     /* `flank_us` holds for `first` */
    bool clipped : 1;
};

/* A strike begins: the sensor's past is looked through to its newest reading, since a short attack may be over.
 * `ringing`: it comes into the ring of the last one. Times are the lowest bits of the board's. */
void ed_scan_start(struct ed_scan *, const struct ed_sensor *, bool ringing, uint16_t t_us);

/* How the reading was by which it began. */
void ed_scan_loud(struct ed_scan *, uint16_t reading, uint16_t band);

/* The newest reading: every one from there on. */
void ed_scan_hear(struct ed_scan *, const struct ed_sensor *, uint16_t reading, uint16_t band, uint16_t t_us);

/* No more is coming. */
void ed_scan_end(struct ed_scan *, const struct ed_sensor *, uint16_t t_us);

/* When the flank was, of a strike that began then. */
static inline uint32_t ed_scan_flank_us(const struct ed_scan *scan, uint32_t began_us)
{
    return began_us + (uint32_t)(int16_t)(scan->flank_us - (uint16_t)began_us);
}

#endif
