#include "ed_crosstalk.h"

#include "ed_level.h"

#define WINDOW_US 30000u
#define SUSPECT_BELOW (20u * 170u) /* dB under the cause */

static enum ed_echo against(struct ed_kit *kit, uint8_t index, uint8_t other, uint16_t below, uint16_t velocity)
{
    struct ed_pad *pad = &kit->pads[index];
    struct ed_pad *cause = &kit->pads[other];
    uint16_t cause_level = cause->last_level;
    if (cause->phase == ED_SCANS || cause->phase == ED_DECIDES) {
        cause_level = ed_level_of(kit->inputs[other].piezo.scan.peak);
    } else if (!cause->struck || pad->began_us - cause->last_us > WINDOW_US) {
        return ED_ECHO_NONE;
    }
    uint16_t cause_below = ed_pad_below(cause, cause_level);
    uint16_t cause_velocity = ed_curve_velocity(&cause->curve, cause_level);
    if (pad->crosstalk != 0 && (uint32_t)velocity * 100u < (uint32_t)cause_velocity * pad->crosstalk) {
        return ED_ECHO_SWALLOWED;
    }
    return below > cause_below + SUSPECT_BELOW ? ED_ECHO_SUSPECT : ED_ECHO_NONE;
}

enum ed_echo ed_crosstalk_of(struct ed_kit *kit, uint8_t index, const struct ed_scan *scan, uint16_t level,
                             uint16_t velocity)
{
    struct ed_pad *pad = &kit->pads[index];
    uint16_t below = ed_pad_below(pad, level);
    enum ed_echo worst = ED_ECHO_NONE;
    (void)scan;
    for (uint8_t other = 0; other < ED_PADS; other++) {
        if (other != index && kit->job[other] == ED_JOB_HEAD) {
            enum ed_echo echo = against(kit, index, other, below, velocity);
            worst = echo > worst ? echo : worst;
        }
    }
    pad->struck = true;
    pad->last_us = pad->began_us;
    pad->last_level = level;
    return worst;
}
