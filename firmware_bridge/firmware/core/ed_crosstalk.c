#include "ed_crosstalk.h"

#include <stddef.h>

#include "ed_level.h"

#define DB 170u                  /* a level */
#define TOGETHER_US 30000        /* for `crosstalk`, which somebody has set */
#define SOONEST_US 600           /* an echo comes no sooner, while its way is not known */
#define SOONEST_KNOWN_US (-300)  /* stamps err */
/* While the way is not known: so far under its cause a hit is suspect, */
#define UNDER (22u * DB)
/* and so far when its flank is not as this pad's flanks are. */
#define UNDER_WITH_ODD_FLANK (18u * DB)
/* What is hardly above the threshold: of an echo, which swings slowly, the first swing may have been under it and
 * a later one is heard. So its time says little, even when its way is known. */
#define FAINT (2u * DB)
#define CAUSE (10u * DB)         /* not so far under another, a hit is no echo of it */
#define ODD 20                   /* in 16ths of a reading */
#define LONGEST_FLANK 15u        /* readings */
#define LOUD_ENOUGH (24u * DB)   /* under the hardest: a flank to learn from */

/* What another pad is having, or had last: its level; 0: nothing that could be a cause. */
static uint16_t cause_level(const struct ed_kit *kit, uint8_t other, uint32_t *flank_us)
{
    const struct ed_pad *pad = &kit->pads[other];
    if (kit->inputs[other].job != ED_JOB_HEAD) {
        return 0;
    }
    if (pad->phase == ED_SCANS || pad->phase == ED_DECIDES) {
        const struct ed_scan *scan = &kit->inputs[other].piezo.scan;
        *flank_us = scan->timed ? ed_scan_flank_us(scan, pad->began_us) : pad->began_us;
        return ed_level_of(scan->peak);
    }
    *flank_us = pad->last_us;
    return pad->last_level;
}

static bool odd_flank(const struct ed_pad *pad, uint8_t flank)
{
    int16_t off = (int16_t)((flank << 4) - pad->usual_flank);
    return pad->usual_flank != 0 && (off > ODD || off < -ODD);
}

static bool unknown_echo(uint16_t under, int16_t late_us, bool odd)
{
    return late_us > SOONEST_US && under > (odd ? UNDER_WITH_ODD_FLANK : UNDER);
}

/* For the pads that come next. */
static void keep(struct ed_pad *pad, uint32_t flank_us, uint16_t level, uint8_t flank, bool alone)
{
    pad->last_us = flank_us;
    pad->last_level = level;
    if (alone && ed_pad_below(pad, level) < LOUD_ENOUGH) {
        int16_t off = (int16_t)((flank << 4) - pad->usual_flank);
        pad->usual_flank = (uint8_t)(pad->usual_flank == 0 ? flank << 4 : pad->usual_flank + off / 4);
    }
}

enum ed_crosstalk ed_crosstalk_of(struct ed_kit *kit, uint8_t index, const struct ed_scan *scan, uint16_t level,
                                  uint16_t velocity)
{
    struct ed_pad *pad = &kit->pads[index];
    uint8_t flank = (uint8_t)(scan->flank < LONGEST_FLANK ? scan->flank : LONGEST_FLANK);
    uint32_t flank_us = ed_scan_flank_us(scan, pad->began_us);
    bool odd = odd_flank(pad, flank);
    bool faint = level < pad->faintest + FAINT;
    uint16_t below = ed_pad_below(pad, level);
    uint8_t swallowed_percent = (uint8_t)ed_pad_value(kit->params, ED_PAD_CROSSTALK, index);
    uint8_t causes = 0;
    enum ed_echo_fit fit = ED_ECHO_NO;
    struct ed_echo *way = NULL;
    uint16_t way_under = 0;
    int16_t way_late_us = 0;

    for (uint8_t other = 0; other < ED_PADS; other++) {
        uint32_t cause_us;
        uint16_t loud = other != index ? cause_level(kit, other, &cause_us) : 0;
        if (loud == 0) {
            continue;
        }
        int32_t apart_us = (int32_t)(flank_us - cause_us);
        if (apart_us > TOGETHER_US || apart_us < -TOGETHER_US) {
            continue;
        }
        if (swallowed_percent != 0) {
            uint32_t other_velocity = ed_curve_velocity(&kit->pads[other].curve, loud);
            if ((uint32_t)velocity * 100u < other_velocity * swallowed_percent) {
                return ED_SWALLOWED;
            }
        }
        uint16_t other_below = ed_pad_below(&kit->pads[other], loud);
        if (below < other_below + CAUSE) {
            continue;
        }
        uint16_t under = (uint16_t)(below - other_below);
        int16_t late_us = (int16_t)apart_us;
        causes++;
        if (late_us < SOONEST_KNOWN_US || late_us > (int16_t)ED_ECHO_LATEST_US) {
            continue;
        }
        struct ed_echo *echo = ed_kit_echo(kit, other, index);
        bool known = ed_echo_known(echo);
        enum ed_echo_fit fits = known ? ed_echo_fits(echo, under, late_us) : ED_ECHO_NO;
        if ((faint || !known) && unknown_echo(under, late_us, odd)) {
            fits = ED_ECHO_YES;
        }
        fit = fits > fit ? fits : fit;
        way = echo;
        way_under = under;
        way_late_us = late_us;
    }
    if (causes == 1u && way != NULL && way_under > ED_ECHO_LOUDEST && way_late_us > 0) {
        ed_echo_learn(way, way_under, (uint16_t)way_late_us);
    }
    if (fit == ED_ECHO_YES || (fit == ED_ECHO_IN_CROWD && causes > 1u)) {
        return ED_SUSPECT;
    }
    keep(pad, flank_us, level, flank, causes == 0);
    return ED_OWN_STRIKE;
}
