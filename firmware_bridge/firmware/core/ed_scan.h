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
    uint32_t flank_us;  /* when the flank before it was at half its height */
    uint8_t flank;      /* readings from there to the peak */
    uint8_t since;      /* readings since `first` */
    bool timed;         /* `flank_us` holds for `first` */
    bool clipped;
};

/* A strike begins: the sensor's past is looked through, since a short attack may be over. `ringing`: it comes
 * into the ring of the last one. */
void ed_scan_start(struct ed_scan *, const struct ed_sensor *, bool ringing, uint32_t t_us);

/* The newest reading. */
void ed_scan_hear(struct ed_scan *, const struct ed_sensor *, uint16_t reading, uint16_t band, uint32_t t_us);

/* No more is coming. */
void ed_scan_end(struct ed_scan *, const struct ed_sensor *, uint32_t t_us);

#endif
