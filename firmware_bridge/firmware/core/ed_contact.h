/* A switch in a pad, pulled up to the supply: a rim, an edge, a bell; and the hand that holds a cymbal. */
#ifndef ED_CONTACT_H
#define ED_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

enum ed_touch { ED_TOUCH_NONE, ED_TOUCH_EDGE, ED_TOUCH_BELL };

struct ed_contact {
    uint32_t since_us;     /* when it closed; while it is open: when it opened */
    uint32_t closed_us;    /* when it was last seen closed */
    enum ed_touch touched; /* how it was last closed */
    uint8_t readings;      /* in a row that say the opposite of `closed` */
    bool closed;
    bool ever;             /* it was closed at least once */
    bool told;             /* of the hand that holds it */
};

void ed_contact_start(struct ed_contact *);

/* One reading: below a quarter of the supply is closed, below three quarters closed through a
 * resistor (a bell, in pads with three zones). */
void ed_contact_hear(struct ed_contact *, uint16_t reading, uint32_t t_us);

/* How it was closed at or after `from_us`. */
enum ed_touch ed_contact_since(const struct ed_contact *, uint32_t from_us);

/* True once each time that a hand has held it for so long. A strike's own touch is over sooner. */
bool ed_contact_choked(struct ed_contact *, uint32_t now_us, uint32_t held_us);

#endif
