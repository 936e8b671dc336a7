/* All pads of the board: readings in, strikes and pedals out. The seam between trigger and talk. */
#ifndef ED_KIT_H
#define ED_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_contact.h"
#include "ed_foot.h"
#include "ed_outbox.h"
#include "ed_pad.h"
#include "ed_params.h"
#include "ed_piezo.h"
#include "ed_sizes.h"

/* No strike is decided later than this after its stamp, whatever the parameters: the longest scan, the
 * flank before it, and a port that is late. */
#define ED_LONGEST_DECISION_US 15000u

#define ED_NO_CHANNEL 255u
#define ED_NEVER_US UINT32_MAX

/* Zones beyond PadHit's head or bow (0), rim or edge (1) and bell (2): what the foot plays. */
#define ED_ZONE_STOMP 3u
#define ED_ZONE_SPLASH 4u

enum ed_job { ED_JOB_NONE, ED_JOB_HEAD, ED_JOB_RIM, ED_JOB_CONTACT, ED_JOB_FOOT };

union ed_input {
    struct ed_piezo piezo;
    struct ed_contact contact;
    struct ed_foot foot;
};

struct ed_kit {
    uint8_t job[ED_CHANNELS];   /* enum ed_job */
    uint8_t owner[ED_CHANNELS]; /* pad */
    union ed_input inputs[ED_CHANNELS];
    struct ed_pad pads[ED_PADS];
    uint16_t should_rest; /* reading of an input at rest */
    uint8_t deciding;     /* pads that wait for ed_kit_run */
};

void ed_kit_start(struct ed_kit *, const struct ed_params *, uint32_t now_us);

/* Parameters have changed: those of one pad, or ED_WHOLE_BOARD. */
void ed_kit_set(struct ed_kit *, const struct ed_params *, uint8_t pad);

/* One reading, 0 to 4095: the hot path. */
void ed_kit_sample(struct ed_kit *, uint8_t channel, uint16_t reading, uint32_t t_us);

/* Decide what is due. */
void ed_kit_run(struct ed_kit *, struct ed_outbox *, uint32_t now_us);

/* In how many µs `ed_kit_run` has something to do, if nothing is heard before; ED_NEVER_US. */
uint32_t ed_kit_wait_us(const struct ed_kit *, uint32_t now_us);

/* Bit n: pad n rests far from the middle, or is never quiet. */
uint32_t ed_kit_dc_fault(const struct ed_kit *);

/* The channel that a pad's scope shows; ED_NO_CHANNEL: the pad is off. */
uint8_t ed_kit_channel(const struct ed_kit *, uint8_t pad);

#endif
