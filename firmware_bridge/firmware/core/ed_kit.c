#include "ed_kit.h"

#include <stddef.h>

#include "ed_decide.h"

/* An input that rests further off than this, of 4096 steps, or is louder than this all the time, is no pad:
 * a cable is out, or a diode is dead. */
#define REST_OFF 700u
#define NEVER_QUIET (250u * ED_BAND_PER_STEP)

/* --- what each channel is for --- */

/* Whether a pad's own input serves as another pad's rim: then it is no pad. */
static bool lent(const struct ed_kit *kit, uint8_t index)
{
    for (uint8_t other = 0; other < index; other++) {
        if (kit->pads[other].rim == index && !lent(kit, other)) {
            return true;
        }
    }
    return false;
}

/* A pedal's and a rim's input was asked for by name, a head's only by the pad's own number. */
static enum ed_job wanted(const struct ed_kit *kit, uint8_t channel, uint8_t *owner)
{
    enum ed_job job = ED_JOB_NONE;
    for (uint8_t index = 0; index < ED_PADS; index++) {
        const struct ed_pad *pad = &kit->pads[index];
        if (pad->pedal == channel) {
            *owner = index;
            return ED_JOB_FOOT;
        }
        if (pad->rim == channel && !lent(kit, index)) {
            *owner = index;
            job = pad->kind == ED_PAD_TWO_PIEZOS ? ED_JOB_RIM : ED_JOB_CONTACT;
        }
    }
    if (job == ED_JOB_NONE && channel < ED_PADS && kit->pads[channel].kind != ED_PAD_OFF) {
        *owner = channel;
        job = ED_JOB_HEAD;
    }
    return job;
}

static void give(struct ed_kit *kit, uint8_t channel)
{
    uint8_t owner = 0;
    enum ed_job job = wanted(kit, channel, &owner);
    if (job == (enum ed_job)kit->job[channel] && owner == kit->owner[channel]) {
        return;
    }
    kit->job[channel] = (uint8_t)job;
    kit->owner[channel] = owner;
    union ed_input *input = &kit->inputs[channel];
    if (job == ED_JOB_CONTACT) {
        ed_contact_start(&input->contact);
    } else if (job == ED_JOB_FOOT) {
        ed_foot_start(&input->foot);
    } else if (job != ED_JOB_NONE) {
        ed_sensor_start(&input->piezo.sensor);
        kit->pads[owner].phase = ED_LISTENS;
    }
}

static void tune(struct ed_kit *kit, uint8_t channel, const struct ed_params *params)
{
    uint8_t owner = kit->owner[channel];
    union ed_input *input = &kit->inputs[channel];
    if (kit->job[channel] == ED_JOB_FOOT) {
        ed_foot_set(&input->foot, (uint16_t)ed_pad_value(params, ED_PAD_PEDAL_OPEN, owner),
                    (uint16_t)ed_pad_value(params, ED_PAD_PEDAL_CLOSED, owner));
    } else if (kit->job[channel] == ED_JOB_HEAD || kit->job[channel] == ED_JOB_RIM) {
        ed_pad_tune(&kit->pads[owner], &input->piezo.sensor, params, owner);
    }
}

void ed_kit_start(struct ed_kit *kit, const struct ed_params *params, uint32_t now_us)
{
    (void)now_us;
    *kit = (struct ed_kit){0};
    ed_kit_set(kit, params, ED_WHOLE_BOARD);
}

void ed_kit_set(struct ed_kit *kit, const struct ed_params *params, uint8_t pad)
{
    kit->should_rest = (uint16_t)(ed_board_value(params, ED_BOARD_REST) * 4095 / 100);
    for (uint8_t index = 0; index < ED_PADS; index++) {
        if (pad == index || pad == ED_WHOLE_BOARD) {
            ed_pad_set(&kit->pads[index], params, index);
        }
    }
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        give(kit, channel);
        if (kit->owner[channel] == pad || pad == ED_WHOLE_BOARD) {
            tune(kit, channel, params);
        }
    }
}

/* --- readings --- */

/* The second piezo of a pad that has one; NULL: it has none. */
static struct ed_piezo *rim_of(struct ed_kit *kit, uint8_t index)
{
    uint8_t rim = kit->pads[index].rim;
    bool there = rim != ED_NO_CHANNEL && kit->job[rim] == ED_JOB_RIM && kit->owner[rim] == index;
    return there ? &kit->inputs[rim].piezo : NULL;
}

static void begin(struct ed_piezo *piezo, uint32_t t_us)
{
    if (piezo != NULL) {
        ed_scan_start(&piezo->scan, &piezo->sensor, t_us);
        piezo->sensor.limit = ED_LIMIT_ALWAYS;
    }
}

static void end(struct ed_piezo *piezo, uint32_t t_us)
{
    if (piezo != NULL) {
        ed_scan_end(&piezo->scan, &piezo->sensor, t_us);
        piezo->sensor.limit = ED_LIMIT_NEVER;
    }
}

static void loud(struct ed_kit *kit, uint8_t index, struct ed_piezo *piezo, uint16_t reading, uint16_t band,
                 uint32_t t_us)
{
    struct ed_pad *pad = &kit->pads[index];
    struct ed_piezo *head = &kit->inputs[index].piezo;
    struct ed_piezo *rim = rim_of(kit, index);
    if (pad->phase == ED_LISTENS) {
        pad->phase = ED_SCANS;
        pad->began_us = t_us;
        pad->ringing = ed_sensor_rings(&piezo->sensor) ? piezo->sensor.limit : 0;
        begin(head, t_us);
        begin(rim, t_us);
    }
    ed_scan_hear(&piezo->scan, &piezo->sensor, reading, band, t_us);
    if (t_us - pad->began_us >= pad->scan_us) {
        end(head, t_us);
        end(rim, t_us);
        pad->phase = ED_DECIDES;
        kit->deciding++;
    }
}

static void tick(struct ed_kit *kit, uint8_t index, struct ed_sensor *sensor, uint32_t t_us)
{
    struct ed_pad *pad = &kit->pads[index];
    if (pad->phase == ED_DEAF && t_us - pad->began_us >= pad->mask_us) {
        pad->phase = ED_LISTENS;
    }
    bool faulty = ed_sensor_off(sensor, kit->should_rest) > REST_OFF || sensor->noise > NEVER_QUIET;
    sensor->faulty = faulty;
    ed_sensor_tick(sensor);
    if (pad->phase == ED_LISTENS) {
        ed_sensor_listen(sensor);
    }
}

void ed_kit_sample(struct ed_kit *kit, uint8_t channel, uint16_t reading, uint32_t t_us)
{
    uint8_t job = kit->job[channel];
    union ed_input *input = &kit->inputs[channel];
    if (job == ED_JOB_NONE) {
        return;
    }
    if (job <= ED_JOB_RIM) {
        uint16_t band;
        if (ed_sensor_hear(&input->piezo.sensor, reading, &band)) {
            loud(kit, kit->owner[channel], &input->piezo, reading, band, t_us);
        }
        if (ed_sensor_tick_due(&input->piezo.sensor)) {
            tick(kit, kit->owner[channel], &input->piezo.sensor, t_us);
        }
    } else if (job == ED_JOB_CONTACT) {
        ed_contact_hear(&input->contact, reading, t_us);
    } else {
        ed_foot_hear(&input->foot, reading, t_us);
    }
}

/* --- what is due --- */

static void rings(struct ed_piezo *piezo, bool struck)
{
    if (piezo != NULL && struck) {
        ed_sensor_struck(&piezo->sensor, piezo->scan.band_peak);
    }
}

void ed_kit_run(struct ed_kit *kit, struct ed_outbox *outbox, uint32_t now_us)
{
    for (uint8_t index = 0; kit->deciding != 0 && index < ED_PADS; index++) {
        struct ed_pad *pad = &kit->pads[index];
        if (pad->phase == ED_DECIDES) {
            kit->deciding--;
            bool struck = ed_decide(kit, index, outbox);
            pad->phase = struck ? ED_DEAF : ED_LISTENS;
            rings(&kit->inputs[index].piezo, struck);
            rings(rim_of(kit, index), struck);
        }
    }
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        uint8_t owner = kit->owner[channel];
        if (kit->job[channel] == ED_JOB_CONTACT) {
            ed_decide_choke(&kit->inputs[channel].contact, &kit->pads[owner], owner, outbox, now_us);
        } else if (kit->job[channel] == ED_JOB_FOOT) {
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
        uint8_t job = kit->job[channel];
        if ((job == ED_JOB_HEAD || job == ED_JOB_RIM) && kit->inputs[channel].piezo.sensor.faulty) {
            faults |= 1uL << kit->owner[channel];
        }
    }
    return faults;
}

uint8_t ed_kit_channel(const struct ed_kit *kit, uint8_t pad)
{
    return kit->job[pad] == ED_JOB_HEAD ? pad : ED_NO_CHANNEL;
}
