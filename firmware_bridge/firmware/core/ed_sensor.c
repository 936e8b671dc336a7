#include "ed_sensor.h"

#include "ed_hot.h"

#define BLOCK_TICKS 8u     /* 8 ms: hardly less than half a wave of mains hum */
#define STEADY 3u          /* blocks in a row behind the first: no ring and no roll is equally loud for so long */
#define STEADIEST 15u
#define SETTLING_BLOCKS 32u
#define SETTLING_AGAIN 8u
#define SLOWEST_REST 4     /* sixteenths of a step that the rest moves a tick, at most */
#define SETTLING_REST 32767
#define NEVER_QUIET (250u * ED_BAND_PER_STEP)
#define QUIETEST 8u        /* the noise is believed no smaller: two steps */

void ed_sensor_start(struct ed_sensor *s)
{
    uint16_t threshold = s->threshold, fall = s->fall, over_ring = s->over_ring;
    *s = (struct ed_sensor){0};
    s->threshold = threshold;
    s->fall = fall;
    s->over_ring = over_ring;
    s->limit = ED_LIMIT_NEVER;
    s->settling = SETTLING_BLOCKS;
    s->noise = QUIETEST;
}

static int16_t clamp(int16_t x, int16_t most)
{
    return x > most ? most : x < -most ? (int16_t)-most : x;
}

static uint16_t plus(uint16_t a, uint16_t b)
{
    uint16_t sum = (uint16_t)(a + b);
    return sum < a ? ED_LIMIT_NEVER - 1u : sum;
}

/* The rest is moved, and with it all that was measured from it. */
static void follow_rest(struct ed_sensor *s)
{
    int16_t most = s->settling != 0 ? SETTLING_REST : SLOWEST_REST;
    /* `slow` is how far the signal lies off, in quarters of a step. Half a sixteenth a quarter
     * a tick: a time constant of some tens of ms, but never faster than `most`. */
    int16_t off = s->slow;
    int16_t step = clamp((int16_t)(off / 4), most);
    if (step == 0) {
        return;
    }
    int32_t fine = (int32_t)s->rest_fine + step;
    s->rest_fine = (uint16_t)(fine < 0 ? 0 : fine > 65535 ? 65535 : fine);
    s->rest = (uint16_t)(s->rest_fine >> 4);
}

/* How long it has been equally loud: hum is, a ring and playing are not. */
static uint8_t steady_for(const struct ed_sensor *s)
{
    uint16_t off = s->block > s->last_block ? (uint16_t)(s->block - s->last_block) : (uint16_t)(s->last_block - s->block);
    if (off > (s->block >> 3) + (s->block >> 4)) {
        return 0;
    }
    return s->steady < STEADIEST ? (uint8_t)(s->steady + 1u) : STEADIEST;
}

/* A quantile of the blocks' loudest: a sixth of them are quieter. Playing leaves quiet between the
 * strikes, and so hardly moves it. Hum does not; it is steady, and the longer it is the faster it is followed: at
 * once, when somebody switches on what was not there. */
static ED_APART void follow_noise(struct ed_sensor *s)
{
    uint16_t step = (uint16_t)((s->noise >> 5) + 1u);
    s->steady = steady_for(s);
    s->last_block = s->block;
    if (s->faulty) {
        /* A cable that comes back finds its rest at once. */
        s->settling = SETTLING_AGAIN;
    }
    if (s->settling != 0) {
        s->settling--;
        s->noise = s->block > QUIETEST ? s->block : QUIETEST;
    } else if (s->steady >= STEADY && s->block > plus(s->noise, s->noise)) {
        s->noise = s->block;
    } else if (s->block > s->noise) {
        s->noise = plus(s->noise, (uint16_t)(step * (s->steady + 1u)));
    } else {
        uint16_t down = (uint16_t)(step * 5u);
        s->noise = s->noise > QUIETEST + down ? (uint16_t)(s->noise - down) : QUIETEST;
    }
    s->block = 0;
}

bool ed_sensor_tick(struct ed_sensor *s)
{
    uint16_t loudest = s->loudest;
    s->loudest = 0;

    s->slow = (int16_t)(s->slow + (int16_t)((s->low - s->slow) >> 2));
    follow_rest(s);

    if (loudest > s->block) {
        s->block = loudest;
    }
    bool block_is_over = ++s->block_ticks == BLOCK_TICKS;
    if (block_is_over) {
        s->block_ticks = 0;
        follow_noise(s);
    }

    /* It rises by a quarter of what is missing, so that it lags behind the flank of a strike. */
    uint16_t ring = (uint16_t)(s->ring_fine >> 8);
    s->ring_fine -= ed_mul_u16(ring, s->fall) >> 8;
    ring = (uint16_t)(s->ring_fine >> 8);
    if (loudest > ring) {
        s->ring_fine += (uint32_t)(uint16_t)(loudest - ring) << 6;
    }
    return block_is_over;
}

static uint32_t over_ring(const struct ed_sensor *s)
{
    return ed_mul_u16((uint16_t)(s->ring_fine >> 8), s->over_ring) >> 8;
}

static uint32_t over_noise(const struct ed_sensor *s)
{
    return (uint32_t)s->noise + (s->noise >> 2);
}

void ed_sensor_listen(struct ed_sensor *s)
{
    if (s->settling != 0) {
        s->limit = ED_LIMIT_NEVER;
        return;
    }
    uint32_t ring = over_ring(s);
    uint32_t noise = over_noise(s);
    uint32_t limit = s->threshold + (ring > noise ? ring : noise);
    s->limit = (uint16_t)(limit < ED_LIMIT_NEVER ? limit : ED_LIMIT_NEVER - 1u);
}

bool ed_sensor_rings(const struct ed_sensor *s)
{
    return over_ring(s) > over_noise(s) + s->threshold;
}

void ed_sensor_struck(struct ed_sensor *s, uint16_t band)
{
    s->limit = plus(plus(band, band), s->threshold);
    if (band > s->ring_fine >> 8) {
        s->ring_fine = (uint32_t)band << 8;
    }
}

int16_t ed_sensor_smooth(const struct ed_sensor *s, uint8_t back)
{
    const int16_t *at = ed_sensor_past(s, (uint8_t)(back + ED_SMOOTHED - 1u));
    int16_t ends = *at;
    int16_t middle = 0;
    for (uint8_t n = 0; n < ED_SMOOTHED - 2u; n++) {
        at = ed_sensor_newer(s, at);
        middle = (int16_t)(middle + *at);
    }
    return (int16_t)(ends + 2 * middle + *ed_sensor_newer(s, at));
}

uint16_t ed_sensor_off(const struct ed_sensor *s, uint16_t should_rest)
{
    return (uint16_t)(s->rest > should_rest ? s->rest - should_rest : should_rest - s->rest);
}

bool ed_sensor_never_quiet(const struct ed_sensor *s)
{
    return s->noise > NEVER_QUIET && (s->faulty || s->steady == STEADIEST);
}
