/* One pad: what it is, and what it does from one strike to the next. */
#ifndef ED_PAD_H
#define ED_PAD_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_curve.h"
#include "ed_params.h"
#include "ed_piezo.h"

enum ed_kind { ED_PAD_OFF, ED_PAD_PIEZO, ED_PAD_TWO_PIEZOS, ED_PAD_PIEZO_AND_SWITCH };

enum ed_phase {
    ED_LISTENS,
    ED_SCANS,   /* the peak is looked for */
    ED_DECIDES, /* the peak is known; ed_kit_run has the word */
    ED_DEAF     /* the mask */
};

struct ed_pad {
    uint8_t phase; /* enum ed_phase */
    uint8_t rim;   /* a channel, or ED_NO_CHANNEL */

    uint32_t began_us; /* when the limit was crossed */
    uint16_t ringing;  /* the limit that was crossed, when a ring had raised it; else 0 */

    /* The last strike that was no echo, for the neighbours. */
    uint8_t usual_flank; /* from half the height to the first peak, in 16ths of a reading; 0: not known */
    uint16_t last_level; /* 0: there was none */
    uint32_t last_us; /* its flank */

    /* Set by the parameters: what is asked for often, or not as it is kept there. */
    struct ed_curve curve;
    uint16_t faintest; /* level of the weakest strike that is one */
    uint16_t scan_us;
    uint16_t mask_us;
    int16_t rim_gain; /* a level */
};

/* The channel of its pedal's controller, or ED_NO_CHANNEL. */
uint8_t ed_pad_pedal(const struct ed_params *, uint8_t index);

/* Take the parameters of pad `index`; its sensors take theirs. */
void ed_pad_set(struct ed_pad *, const struct ed_params *, uint8_t index);
void ed_pad_tune(const struct ed_pad *, struct ed_sensor *, const struct ed_params *, uint8_t index);

/* How far a level lies under the pad's hardest strike: what can be compared between pads. */
uint16_t ed_pad_below(const struct ed_pad *, uint16_t level);

#endif
