#include "ed_seldom.h"

/* Setting up: what each channel is for, and for whom. */
#include "ed_kit.h"

struct role {
    uint8_t job;
    uint8_t owner;
};

static void take(struct role *role, enum ed_job job, uint8_t owner)
{
    if (role->job == ED_JOB_NONE) {
        role->job = (uint8_t)job;
        role->owner = owner;
    }
}

/* Pedals first, since their inputs were asked for by name; then pad by pad, each its head's and its rim's. A
 * pad whose input is another's rim is no pad. */
static void cast(const struct ed_kit *kit, struct role *roles)
{
    for (uint8_t index = 0; index < ED_PADS; index++) {
        uint8_t pedal = ed_pad_pedal(kit->params, index);
        if (pedal != ED_NO_CHANNEL) {
            take(&roles[pedal], ED_JOB_FOOT, index);
        }
    }
    for (uint8_t index = 0; index < ED_PADS; index++) {
        uint8_t kind = (uint8_t)ed_pad_value(kit->params, ED_PAD_KIND, index);
        if (kind == ED_PAD_OFF || roles[index].job != ED_JOB_NONE) {
            continue;
        }
        take(&roles[index], ED_JOB_HEAD, index);
        uint8_t rim = kit->pads[index].rim;
        if (rim != ED_NO_CHANNEL) {
            take(&roles[rim], kind == ED_PAD_TWO_PIEZOS ? ED_JOB_RIM : ED_JOB_CONTACT, index);
        }
    }
}

/* Whatever the pad was about: it is over. */
static void stop(struct ed_kit *kit, struct ed_pad *pad)
{
    if (pad->phase == ED_DECIDES) {
        kit->deciding--;
    }
    pad->phase = ED_LISTENS;
}

/* True: the channel has another role now. */
static bool give(struct ed_kit *kit, uint8_t channel, struct role role)
{
    struct ed_input *input = &kit->inputs[channel];
    if (role.job == input->job && role.owner == input->owner) {
        return false;
    }
    stop(kit, &kit->pads[input->owner]);
    stop(kit, &kit->pads[role.owner]);
    input->job = role.job;
    input->owner = role.owner;
    if (role.job == ED_JOB_CONTACT) {
        ed_contact_start(&input->contact);
    } else if (role.job == ED_JOB_FOOT) {
        ed_foot_start(&input->foot);
    } else if (role.job != ED_JOB_NONE) {
        ed_sensor_start(&input->piezo.sensor);
    }
    return true;
}

static void tune(struct ed_kit *kit, uint8_t channel)
{
    const struct ed_params *params = kit->params;
    uint8_t owner = kit->inputs[channel].owner;
    struct ed_input *input = &kit->inputs[channel];
    if (kit->inputs[channel].job == ED_JOB_FOOT) {
        ed_foot_set(&input->foot, (uint16_t)ed_pad_value(params, ED_PAD_PEDAL_OPEN, owner),
                    (uint16_t)ed_pad_value(params, ED_PAD_PEDAL_CLOSED, owner));
    } else if (kit->inputs[channel].job == ED_JOB_HEAD || kit->inputs[channel].job == ED_JOB_RIM) {
        ed_pad_tune(&kit->pads[owner], &input->piezo.sensor, params, owner);
    }
}

void ed_kit_start(struct ed_kit *kit, const struct ed_params *params, uint32_t now_us)
{
    (void)now_us;
    *kit = (struct ed_kit){0};
    kit->params = params;
    ed_kit_set(kit, ED_WHOLE_BOARD);
}

void ed_kit_set(struct ed_kit *kit, uint8_t pad)
{
    kit->should_rest = (uint16_t)(ed_board_value(kit->params, ED_BOARD_REST) * 4095 / 100);
    for (uint8_t index = 0; index < ED_PADS; index++) {
        if (pad == index || pad == ED_WHOLE_BOARD) {
            ed_pad_set(&kit->pads[index], kit->params, index);
        }
    }
    struct role roles[ED_CHANNELS] = {{0}};
    cast(kit, roles);
    for (uint8_t channel = 0; channel < ED_CHANNELS; channel++) {
        bool changed = give(kit, channel, roles[channel]);
        if (changed || kit->inputs[channel].owner == pad || pad == ED_WHOLE_BOARD) {
            tune(kit, channel);
        }
    }
}
