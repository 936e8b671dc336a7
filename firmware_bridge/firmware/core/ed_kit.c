#include "ed_kit.h"

#include <stddef.h>

#include "ed_decide.h"
#include "ed_hot.h"

/* An input that rests further off than this, of 4096 steps, is no pad: a cable is out, or a diode is dead. */
#define REST_OFF 700u

/* --- readings --- */

/* The second piezo of a pad that has one; NULL: it has none. */
static struct ed_piezo *rim_of(struct ed_kit *kit, uint8_t index)
{
    uint8_t rim = kit->pads[index].rim;
    bool there = rim != ED_NO_CHANNEL && kit->inputs[rim].job == ED_JOB_RIM && kit->inputs[rim].owner == index;
    return there ? &kit->inputs[rim].piezo : NULL;
}

static void begin(struct ed_piezo *piezo, bool ringing, uint32_t t_us)
{
    if (piezo != NULL) {
        ed_scan_start(&piezo->scan, &piezo->sensor, ringing, (uint16_t)t_us);
        piezo->sensor.limit = ED_LIMIT_ALWAYS;
    }
}

static ED_APART void begin_pad(struct ed_kit *kit, uint8_t index, const struct ed_sensor *sensor, uint32_t t_us)
{
    struct ed_pad *pad = &kit->pads[index];
    pad->phase = ED_SCANS;
    pad->began_us = t_us;
    pad->ringing = ed_sensor_rings(sensor) ? sensor->limit : 0;
    begin(&kit->inputs[index].piezo, pad->ringing != 0, t_us);
    begin(rim_of(kit, index), pad->ringing != 0, t_us);
}

static void end(struct ed_piezo *piezo, uint32_t t_us)
{
    if (piezo != NULL) {
        ed_scan_end(&piezo->scan, &piezo->sensor, (uint16_t)t_us);
        piezo->sensor.limit = ED_LIMIT_NEVER;
    }
}

static ED_APART void end_pad(struct ed_kit *kit, uint8_t index, uint32_t t_us)
{
    end(&kit->inputs[index].piezo, t_us);
    end(rim_of(kit, index), t_us);
    kit->pads[index].phase = ED_DECIDES;
    kit->deciding++;
}

/* The first reading of a strike, or its last. */
static ED_APART void first_or_last(struct ed_kit *kit, struct ed_input *input, uint16_t reading, uint16_t band,
                                   uint32_t t_us)
{
    struct ed_pad *pad = &kit->pads[input->owner];
    struct ed_piezo *piezo = &input->piezo;
    if (pad->phase == ED_LISTENS || pad->phase == ED_DEAF) {
        begin_pad(kit, input->owner, &piezo->sensor, t_us);
        ed_scan_loud(&piezo->scan, reading, band);
    } else {
        ed_scan_hear(&piezo->scan, &piezo->sensor, reading, band, (uint16_t)t_us);
    }
    if (t_us - pad->began_us >= pad->scan_us) {
        end_pad(kit, input->owner, t_us);
    }
}

static void loud(struct ed_kit *kit, struct ed_input *input, uint16_t reading, uint16_t band, uint32_t t_us)
{
    const struct ed_pad *pad = &kit->pads[input->owner];
    ED_KEEP_POINTER(pad);
    /* 16 bits of the time are enough here, and less to do: a pad that scans is heard every reading. */
    if (pad->phase == ED_SCANS && (uint16_t)((uint16_t)t_us - (uint16_t)pad->began_us) < pad->scan_us) {
        ed_scan_hear(&input->piezo.scan, &input->piezo.sensor, reading, band, (uint16_t)t_us);
    } else {
        first_or_last(kit, input, reading, band, t_us);
    }
}

static ED_APART void tick(const struct ed_kit *kit, struct ed_pad *pad, struct ed_sensor *sensor, uint32_t t_us)
{
    ED_KEEP_POINTER(sensor);
    if (pad->phase == ED_DEAF && t_us - pad->began_us >= pad->mask_us) {
        pad->phase = ED_LISTENS;
    }
    if (ed_sensor_tick(sensor)) {
        sensor->faulty = ed_sensor_off(sensor, kit->should_rest) > REST_OFF || ed_sensor_never_quiet(sensor);
    }
    if (pad->phase == ED_LISTENS) {
        ed_sensor_listen(sensor);
    }
}

static inline bool is_piezo(const struct ed_input *input)
{
    return input->job == ED_JOB_HEAD || input->job == ED_JOB_RIM;
}

/* A new reading of all channels begins. The ticks of the last one are done: of every eighth channel only, so
 * that there is never much to do at once. */
void ed_kit_begin_sweep(struct ed_kit *kit, uint32_t t_us)
{
    for (uint8_t channel = kit->sweep; channel < ED_CHANNELS; channel = (uint8_t)(channel + ED_TICK)) {
        struct ed_input *input = &kit->inputs[channel];
        if (is_piezo(input)) {
            tick(kit, &kit->pads[input->owner], &input->piezo.sensor, t_us);
        }
    }
    kit->sweep = (uint8_t)((kit->sweep + 1u) % ED_TICK);
    kit->past_at = (uint8_t)(kit->past_at + 1u);
    if (kit->past_at == ED_PAST) {
        kit->past_at = 0;
    }
}

static ED_APART void hear_other(struct ed_input *input, uint16_t reading, uint32_t t_us)
{
    if (input->job == ED_JOB_CONTACT) {
        ed_contact_hear(&input->contact, reading, t_us);
    } else if (input->job == ED_JOB_FOOT) {
        ed_foot_hear(&input->foot, reading, t_us);
    }
}

/* Not one with the quiet case, which shall be short; a port's own sweep sees to that. */
#ifndef ED_OWN_SWEEP
ED_APART
#endif
void ed_kit_attend(struct ed_kit *kit, struct ed_input *input, uint16_t reading, uint16_t band, uint32_t t_us)
{
    if (is_piezo(input)) {
        loud(kit, input, reading, band, t_us);
    } else {
        hear_other(input, reading, t_us);
    }
}

static inline void hear(struct ed_kit *kit, struct ed_input *input, uint16_t reading, uint32_t t_us)
{
    uint16_t band = 0;
    if (!is_piezo(input) || ed_sensor_hear(&input->piezo.sensor, kit->past_at, reading, &band)) {
        ed_kit_attend(kit, input, reading, band, t_us);
    }
}

void ed_kit_sample(struct ed_kit *kit, uint8_t channel, uint16_t reading, uint32_t t_us)
{
    if (channel == 0) {
        ed_kit_begin_sweep(kit, t_us);
    }
    hear(kit, &kit->inputs[channel], reading, t_us);
}

#ifndef ED_OWN_SWEEP
void ed_kit_sweep(struct ed_kit *kit, const uint16_t *readings, uint32_t t_us, uint8_t step_us)
{
    ed_kit_begin_sweep(kit, t_us);
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        hear(kit, &kit->inputs[channel], readings[channel], t_us + (uint16_t)(channel * step_us));
    }
}
#endif

/* --- what is due --- */

static void rings(struct ed_piezo *piezo, bool struck)
{
    if (piezo != NULL && struck) {
        ed_sensor_struck(&piezo->sensor, piezo->scan.band_peak);
    }
}

/* Apart: what else a port does when something is due is not to lie on the stack above a decision. */
ED_APART void ed_kit_run(struct ed_kit *kit, struct ed_outbox *outbox, uint32_t now_us)
{
    uint8_t left = ED_DECISIONS;
    for (uint8_t index = 0; kit->deciding != 0 && left != 0 && index < ED_PADS; index++) {
        struct ed_pad *pad = &kit->pads[index];
        if (pad->phase == ED_DECIDES) {
            left--;
            kit->deciding--;
            bool struck = ed_decide(kit, index, outbox);
            pad->phase = struck ? ED_DEAF : ED_LISTENS;
            rings(&kit->inputs[index].piezo, struck);
            rings(rim_of(kit, index), struck);
        }
    }
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        uint8_t owner = kit->inputs[channel].owner;
        if (kit->inputs[channel].job == ED_JOB_CONTACT) {
            ed_decide_choke(&kit->inputs[channel].contact, kit->params, owner, outbox, now_us);
        } else if (kit->inputs[channel].job == ED_JOB_FOOT) {
            ed_decide_foot(&kit->inputs[channel].foot, owner, outbox, now_us);
        }
    }
}

uint32_t ed_kit_wait_us(const struct ed_kit *kit, uint32_t now_us)
{
    (void)now_us;
    return kit->deciding != 0 ? 0 : ED_NEVER_US;
}

uint32_t ed_kit_dc_fault(const struct ed_kit *kit)
{
    uint32_t faults = 0;
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        uint8_t job = kit->inputs[channel].job;
        if ((job == ED_JOB_HEAD || job == ED_JOB_RIM) && kit->inputs[channel].piezo.sensor.faulty) {
            faults |= 1uL << kit->inputs[channel].owner;
        }
    }
    return faults;
}

uint8_t ed_kit_channel(const struct ed_kit *kit, uint8_t pad)
{
    return kit->inputs[pad].job == ED_JOB_HEAD ? pad : ED_NO_CHANNEL;
}
