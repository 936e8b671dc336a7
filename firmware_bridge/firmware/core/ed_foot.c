#include "ed_foot.h"

#define OPEN_BELOW 26214u    /* 40 %: the pedal is up */
#define CLOSED_ABOVE 58982u  /* 90 %: the cymbals meet */
#define PARTED_BELOW 49152u  /* 75 %: they part */
#define QUICKEST_US 5000u    /* from up to closed: velocity 65535 */
#define SLOWEST_US 80000u    /* slower is no stomp */
#define SPLASH_US 150000u    /* a stomp that opens within this is a splash */
#define WORTH 512u           /* a 128th: less is noise */
#define PAUSE_US 10000u      /* not more than 100 a second */

void ed_foot_start(struct ed_foot *foot)
{
    *foot = (struct ed_foot){0};
    foot->down = true; /* not a stomp because the board was switched on */
}

void ed_foot_set(struct ed_foot *foot, uint16_t open, uint16_t closed)
{
    foot->open = open;
    foot->closed = closed;
}

static uint16_t place(const struct ed_foot *foot, uint16_t reading)
{
    int32_t way = (int32_t)foot->closed - foot->open;
    int32_t gone = (int32_t)reading - foot->open;
    if (way < 0) {
        way = -way;
        gone = -gone;
    }
    if (gone <= 0 || way == 0) {
        return 0;
    }
    return (uint16_t)(gone >= way ? 65535 : gone * 65535 / way);
}

/* Equally spaced to the ear: every doubling of the speed is as much. */
static uint16_t quickness(uint32_t took_us)
{
    uint32_t velocity = 65535u;
    while (took_us > 2u * QUICKEST_US) {
        took_us >>= 1;
        velocity -= 14000u;
    }
    if (took_us > QUICKEST_US) {
        velocity -= 14000u * (took_us - QUICKEST_US) / QUICKEST_US;
    }
    return (uint16_t)velocity;
}

static void play(struct ed_foot *foot, enum ed_step step, uint32_t t_us)
{
    foot->step = step;
    foot->step_us = t_us;
}

static void follow(struct ed_foot *foot, uint16_t value, uint32_t t_us)
{
    foot->value = value;
    if (value < OPEN_BELOW) {
        foot->up_us = t_us;
    }
    if (!foot->down && value >= CLOSED_ABOVE) {
        foot->down = true;
        foot->down_us = t_us;
        uint32_t took_us = t_us - foot->up_us;
        foot->stomped = foot->known && took_us <= SLOWEST_US;
        if (foot->stomped) {
            foot->velocity = quickness(took_us);
            play(foot, ED_STEP_STOMP, t_us);
        }
    } else if (foot->down && value < PARTED_BELOW) {
        foot->down = false;
        if (foot->stomped && t_us - foot->down_us <= SPLASH_US) {
            play(foot, ED_STEP_SPLASH, t_us);
        }
        foot->stomped = false;
    }
    foot->known = true;
}

void ed_foot_hear(struct ed_foot *foot, uint16_t reading, uint32_t t_us)
{
    foot->sum = (uint16_t)(foot->sum + reading);
    if (++foot->readings < ED_FOOT_TICK) {
        return;
    }
    uint16_t mean = (uint16_t)(foot->sum / ED_FOOT_TICK);
    foot->sum = 0;
    foot->readings = 0;
    follow(foot, place(foot, mean), t_us);
}

bool ed_foot_moved(struct ed_foot *foot, uint32_t now_us)
{
    uint16_t way = (uint16_t)(foot->value > foot->said ? foot->value - foot->said : foot->said - foot->value);
    bool end = way != 0 && (foot->value == 0 || foot->value == 65535u);
    if (!foot->known || (foot->told && ((way < WORTH && !end) || now_us - foot->said_us < PAUSE_US))) {
        return false;
    }
    foot->told = true;
    foot->said = foot->value;
    foot->said_us = now_us;
    return true;
}

enum ed_step ed_foot_step(struct ed_foot *foot)
{
    enum ed_step step = foot->step;
    foot->step = ED_STEP_NONE;
    return step;
}
