#include "ed_decide.h"

#include "ed_crosstalk.h"
#include "ed_level.h"

/* An edge's switch closes up to so long before the piezo hears it. */
#define TOUCH_BEFORE_US 5000u
#define FURTHEST 254u /* position of the edge */

static uint8_t flags_of(const struct ed_pad *pad, const struct ed_scan *scan)
{
    uint8_t flags = scan->clipped ? ED_CLIPPED : 0u;
    /* It stood out of the ring by hardly more than it has to. */
    if (pad->ringing != 0 && scan->band_peak < pad->ringing + (pad->ringing >> 1)) {
        flags |= ED_RETRIGGER_SUSPECT;
    }
    return flags;
}

/* In the middle the stick is heard most directly: the first peak is the highest. `edge_db10`: by so many
 * tenths of a dB it is lower at the edge; 0: no position is said. */
static uint8_t position_of(const struct ed_scan *scan, uint8_t edge_db10)
{
    if (edge_db10 == 0) {
        return ED_NO_POSITION;
    }
    uint16_t lower = (uint16_t)(ed_level_of(scan->peak) - ed_level_of(scan->first));
    uint16_t edge = (uint16_t)(edge_db10 * 17u);
    return (uint8_t)(lower >= edge ? FURTHEST : (uint32_t)lower * FURTHEST / edge);
}

/* Which of the two piezos heard it best. */
static const struct ed_piezo *best_of(const struct ed_kit *kit, uint8_t index, uint8_t *zone)
{
    const struct ed_pad *pad = &kit->pads[index];
    const struct ed_piezo *head = &kit->inputs[index].piezo;
    uint8_t job = ED_JOB_NONE;
    if (pad->rim != ED_NO_CHANNEL && kit->inputs[pad->rim].owner == index) {
        job = kit->inputs[pad->rim].job;
    }
    if (job == ED_JOB_CONTACT) {
        *zone = (uint8_t)ed_contact_since(&kit->inputs[pad->rim].contact, pad->began_us - TOUCH_BEFORE_US);
    }
    if (job != ED_JOB_RIM) {
        return head;
    }
    const struct ed_piezo *rim = &kit->inputs[pad->rim].piezo;
    int16_t more = (int16_t)(ed_level_of(rim->scan.peak) - ed_level_of(head->scan.peak));
    if (more + pad->rim_gain > 0) {
        *zone = 1;
        return rim;
    }
    return head;
}

/* How high it was without what noise adds to every peak; false: that is nothing. The band's limit is low
 * and may be crossed by noise; a strike also stands clear of the noise in its raw peak, where a short attack
 * has lost nothing. */
static bool stands_out(const struct ed_pad *pad, const struct ed_piezo *piezo, uint16_t *level)
{
    uint16_t noise = (uint16_t)(piezo->sensor.noise * (ED_PEAK_PER_STEP / ED_BAND_PER_STEP));
    uint16_t peak = piezo->scan.peak;
    if (peak >> 1 < noise) {
        return false;
    }
    *level = ed_level_of((uint16_t)(peak - (noise >> 2)));
    return *level >= pad->faintest;
}

bool ed_decide(struct ed_kit *kit, uint8_t index, struct ed_outbox *outbox)
{
    struct ed_pad *pad = &kit->pads[index];
    uint8_t zone = 0;
    const struct ed_piezo *piezo = best_of(kit, index, &zone);
    const struct ed_scan *scan = &piezo->scan;
    uint16_t level;
    if (!stands_out(pad, piezo, &level)) {
        return false;
    }
    uint16_t velocity = ed_curve_velocity(&pad->curve, level);
    enum ed_crosstalk crosstalk = ed_crosstalk_of(kit, index, scan, level, velocity);
    if (crosstalk == ED_SWALLOWED) {
        return true;
    }
    struct ed_strike *strike = ed_outbox_strike(outbox);
    strike->t_us = ed_scan_flank_us(scan, pad->began_us) - (uint16_t)ed_pad_value(kit->params, ED_PAD_RISE, index);
    strike->pad = index;
    strike->zone = zone;
    strike->position = position_of(scan, (uint8_t)ed_pad_value(kit->params, ED_PAD_POSITION, index));
    strike->velocity = velocity;
    strike->flags = flags_of(pad, scan);
    if (crosstalk == ED_SUSPECT) {
        strike->flags |= ED_CROSSTALK_SUSPECT;
    }
    return true;
}

void ed_decide_choke(struct ed_contact *contact, const struct ed_params *params, uint8_t index,
                     struct ed_outbox *outbox, uint32_t now_us)
{
    uint16_t choke_ms = (uint16_t)ed_pad_value(params, ED_PAD_CHOKE, index);
    if (choke_ms == 0 || !ed_contact_choked(contact, now_us, choke_ms * 1000uL)) {
        return;
    }
    struct ed_strike *choke = ed_outbox_strike(outbox);
    choke->t_us = now_us;
    choke->pad = index;
    choke->zone = 1;
    choke->position = ED_NO_POSITION;
    choke->flags = ED_CHOKE;
}

void ed_decide_foot(struct ed_foot *foot, uint8_t index, struct ed_outbox *outbox, uint32_t now_us)
{
    enum ed_step step = ed_foot_step(foot);
    if (step != ED_STEP_NONE) {
        struct ed_strike *strike = ed_outbox_strike(outbox);
        strike->t_us = foot->step_us;
        strike->pad = index;
        strike->position = ED_NO_POSITION;
        strike->velocity = foot->velocity;
        strike->zone = step == ED_STEP_STOMP ? ED_ZONE_STOMP : ED_ZONE_SPLASH;
        /* The same step of the foot once more. */
        strike->flags = step == ED_STEP_SPLASH ? ED_RETRIGGER_SUSPECT : 0u;
    }
    if (ed_foot_moved(foot, now_us)) {
        struct ed_pedal pedal = {now_us, foot->value, index};
        ed_outbox_pedal(outbox, &pedal);
    }
}
