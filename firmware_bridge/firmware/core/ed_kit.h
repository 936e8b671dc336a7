/* All pads of the board: readings in, strikes and pedals out. The seam between trigger and talk. */
#ifndef ED_KIT_H
#define ED_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_contact.h"
#include "ed_echo.h"
#include "ed_foot.h"
#include "ed_outbox.h"
#include "ed_pad.h"
#include "ed_params.h"
#include "ed_piezo.h"
#include "ed_sizes.h"

/* No strike is decided later than this after its stamp, whatever the parameters: the longest scan, all of the
 * past before it, in which the flank may be, the longest `rise`, and a port that is late. */
#define ED_LONGEST_DECISION_US (10000u + ED_PAST * ED_PERIOD_US + 5000u + 2000u)

#define ED_NO_CHANNEL 255u
#define ED_NEVER_US UINT32_MAX

/* Zones beyond PadHit's head or bow (0), rim or edge (1) and bell (2): what the foot plays. */
#define ED_ZONE_STOMP 3u
#define ED_ZONE_SPLASH 4u

enum ed_job { ED_JOB_NONE, ED_JOB_HEAD, ED_JOB_RIM, ED_JOB_CONTACT, ED_JOB_FOOT };

struct ed_input {
    uint8_t job;   /* enum ed_job */
    uint8_t owner; /* pad */
    union {
        struct ed_piezo piezo;
        struct ed_contact contact;
        struct ed_foot foot;
    };
};

struct ed_kit {
    const struct ed_params *params;
    struct ed_input inputs[ED_CHANNELS];
    struct ed_pad pads[ED_PADS];
    struct ed_echo echoes[ED_PADS][ED_PADS - 1u]; /* see ed_kit_echo */
    uint16_t should_rest; /* reading of an input at rest */
    uint8_t deciding;     /* pads that wait for ed_kit_run */
    uint8_t past_at;      /* place in all sensors' past */
    uint8_t sweep;        /* 0 to ED_TICK - 1: whose tick is over when the next one begins */
};

/* The parameters are not copied. */
void ed_kit_start(struct ed_kit *, const struct ed_params *, uint32_t now_us);

/* Parameters have changed: those of one pad, or ED_WHOLE_BOARD. */
void ed_kit_set(struct ed_kit *, uint8_t pad);

/* One reading, 0 to 4095: the hot path. Channels come in turn, from 0 on. */
void ed_kit_sample(struct ed_kit *, uint8_t channel, uint16_t reading, uint32_t t_us);

/* A reading of every channel, `step_us` apart, the first at `t_us`: the same for less. A port may have one of
 * its own (ED_OWN_SWEEP): ed_kit_begin_sweep, then for every channel what ed_sensor_hear does, and
 * ed_kit_attend for what it says is loud, and for all that is no piezo. */
void ed_kit_sweep(struct ed_kit *, const uint16_t *readings, uint32_t t_us, uint8_t step_us);
void ed_kit_begin_sweep(struct ed_kit *, uint32_t t_us);
void ed_kit_attend(struct ed_kit *, struct ed_input *, uint16_t reading, uint16_t band, uint32_t t_us);

/* Decide what is due. */
void ed_kit_run(struct ed_kit *, struct ed_outbox *, uint32_t now_us);

/* In how many µs `ed_kit_run` has something to do, if nothing is heard before; ED_NEVER_US. */
uint32_t ed_kit_wait_us(const struct ed_kit *, uint32_t now_us);

/* Bit n: pad n rests far from the middle, or is never quiet. */
uint32_t ed_kit_dc_fault(const struct ed_kit *);

/* How one pad's strikes are heard on another. */
static inline struct ed_echo *ed_kit_echo(struct ed_kit *kit, uint8_t struck, uint8_t heard)
{
    return &kit->echoes[struck][heard > struck ? heard - 1u : heard];
}

/* The channel that a pad's scope shows; ED_NO_CHANNEL: the pad is off. */
uint8_t ed_kit_channel(const struct ed_kit *, uint8_t pad);

#endif
