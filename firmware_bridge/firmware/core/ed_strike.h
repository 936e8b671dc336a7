/* What the trigger says of a strike, and of a hi-hat's pedal. */
#ifndef ED_STRIKE_H
#define ED_STRIKE_H

#include <stdint.h>

/* As in PadHit. */
enum ed_flag {
    ED_CHOKE = 1,
    ED_CLIPPED = 2,
    ED_RETRIGGER_SUSPECT = 4,
    ED_CROSSTALK_SUSPECT = 8,
    ED_RESENT = 16 /* set by the ring */
};

#define ED_NO_POSITION 255u

struct ed_strike {
    uint32_t t_us; /* the first peak */
    uint16_t velocity;
    uint16_t decided_after_us; /* 0: the ring fills it in when the strike is handed to the line */
    uint8_t pad;
    uint8_t zone; /* 0 head or bow, then rim or edge, then bell */
    uint8_t position;
    uint8_t flags;
};

struct ed_pedal {
    uint32_t t_us;
    uint16_t value; /* 0 open to 65535 closed */
    uint8_t pad;
};

#endif
