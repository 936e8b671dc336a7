/* One piezo: readings in, and whether something struck it.
 *
 * Every reading goes through ed_sensor_hear, which is all that happens while nobody plays: a low-pass, a
 * subtraction (together about 40 to 400 Hz), and one comparison. Once a tick of eight readings
 * ed_sensor_tick moves what is slow: where the signal rests, how it rings, how noisy it is, and from
 * these the limit for the next tick.
 *
 *   limit = threshold + the larger of   ring    what the last strike left, as measured, and never
 *                                               falling faster than `decay`
 *                                       noise   what is always there (hum, a bad cable)
 *
 * The limit follows what is heard; so a ring that is longer than somebody set, two modes that beat, and
 * hum from nowhere are no strikes, and a strike that stands out of the ring is. */
#ifndef ED_SENSOR_H
#define ED_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

/* From one reading of a channel to its next; a port says what its sampler does. */
#ifndef ED_PERIOD_US
#define ED_PERIOD_US 125u
#endif

/* Readings that are kept to look back at the flank of a strike. */
#ifndef ED_PAST
#define ED_PAST ED_DEFAULT(64, 24)
#endif

#define ED_TICK 8u /* readings */

/* Unit of band-passed signals and of peaks: the filters' own gain. */
#define ED_BAND_PER_STEP 4u
#define ED_PEAK_PER_STEP 8u
#define ED_SMOOTHED 5u
#define ED_SMOOTH_LATE 2u

#define ED_LIMIT_NEVER 0xFFFFu  /* no signal reaches it */
#define ED_LIMIT_ALWAYS 0u      /* every reading is looked at */

struct ed_sensor {
    /* The hot ones first: an AVR reaches 63 bytes cheaply. */
    uint16_t rest;      /* where the signal rests, in steps of the converter */
    int16_t low;        /* low-passed, times ED_BAND_PER_STEP */
    int16_t slow;       /* what of it is below 40 Hz */
    uint16_t limit;     /* |low - slow| from which on somebody looks */
    uint16_t loudest;   /* of this tick */
    uint8_t at;         /* place of the newest reading in `past` */

    uint16_t rest_fine; /* rest in sixteenths */
    uint32_t ring_fine; /* envelope of what was heard, band-passed, in 256ths */
    uint16_t noise;     /* how loud the quiet is, band-passed */
    uint16_t block;     /* loudest of this block of ticks */
    uint16_t last_block;
    uint8_t block_ticks;
    uint8_t steady;     /* blocks in a row that were as loud as the one before */
    uint8_t settling;   /* blocks left until the filters are believed */
    bool faulty;        /* rests at the wrong place, or is never quiet: not listened to */
    uint16_t threshold; /* band-passed */
    uint16_t fall;      /* of 65536 that the ring falls a tick */
    uint16_t over_ring; /* in 256ths: how far a strike stands out of the ring */

    int16_t past[ED_PAST]; /* readings less `rest` */
};

void ed_sensor_start(struct ed_sensor *);

/* One reading, and the place for it in the past: each time the next one. True: it is loud
 * (`|band| >= limit`), and `band` holds how loud. */
static inline bool ed_sensor_hear(struct ed_sensor *s, uint8_t at, uint16_t reading, uint16_t *band)
{
    int16_t y = (int16_t)(reading - s->rest);
    s->at = at;
    s->past[at] = y;

    int16_t low = (int16_t)(s->low - (s->low >> 2) + y);
    s->low = low;
    low = (int16_t)(low - s->slow);
    uint16_t loud = (uint16_t)(low < 0 ? -low : low);
    *band = loud;
    if (loud > s->loudest) {
        s->loudest = loud;
    }
    return loud >= s->limit;
}

/* ED_TICK readings are over. True: and its rest and its noise are known anew. */
bool ed_sensor_tick(struct ed_sensor *);

/* The limit from what rings and hums now: a strike may begin. Not within a scan or a mask. */
void ed_sensor_listen(struct ed_sensor *);

/* Whether it is a ring that sets the limit. */
bool ed_sensor_rings(const struct ed_sensor *);

/* A strike of this loudness (band-passed) was here. */
void ed_sensor_struck(struct ed_sensor *, uint16_t band);

/* Where the reading `back` readings ago lies, and where the next newer one does. */
static inline const int16_t *ed_sensor_past(const struct ed_sensor *s, uint8_t back)
{
    return s->past + (s->at >= back ? s->at - back : s->at + ED_PAST - back);
}

static inline const int16_t *ed_sensor_newer(const struct ed_sensor *s, const int16_t *at)
{
    return at == s->past + ED_PAST - 1 ? s->past : at + 1;
}

/* The signal smoothed over five readings (1 2 2 2 1), of which the newest came `back` readings ago; in
 * ED_PEAK_PER_STEP. It lies ED_SMOOTH_LATE readings late, and takes half of a white noise. */
int16_t ed_sensor_smooth(const struct ed_sensor *, uint8_t back);

/* Whether it has been loud, and equally loud, for long: an open input, which hears the mains. A roll is loud,
 * too, but never equally. */
bool ed_sensor_never_quiet(const struct ed_sensor *);

/* How far, in steps of 12 bits, the signal rests from where it should. */
uint16_t ed_sensor_off(const struct ed_sensor *, uint16_t should_rest);

#endif
