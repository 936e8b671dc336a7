/* A hi-hat's controller (a potentiometer, an FSR, a Hall sensor): where the pedal is, and what the foot plays.
 *
 * A stomp is the pedal closing quickly; its velocity is how quickly. A splash is a stomp that opens again
 * at once: both are told, since nobody can know at the stomp that a splash follows. */
#ifndef ED_FOOT_H
#define ED_FOOT_H

#include <stdbool.h>
#include <stdint.h>

#define ED_FOOT_TICK 8u /* readings, of which the mean is taken */

enum ed_step { ED_STEP_NONE, ED_STEP_STOMP, ED_STEP_SPLASH };

struct ed_foot {
    uint16_t open;    /* reading of the open pedal */
    uint16_t closed;  /* and of the closed one; may be the smaller */
    uint16_t sum;
    uint8_t readings;
    bool known;       /* `value` holds */
    bool down;        /* closed, until it is clearly open again */
    bool stomped;     /* it came down quickly */
    bool told;        /* `said` holds */
    uint16_t value;   /* 0 open to 65535 closed */
    uint16_t said;
    uint32_t said_us;
    uint32_t up_us;   /* when it was last open */
    uint32_t down_us; /* when it closed */
    enum ed_step step;
    uint16_t velocity; /* of `step` */
    uint32_t step_us;
};

void ed_foot_start(struct ed_foot *);
void ed_foot_set(struct ed_foot *, uint16_t open, uint16_t closed);
void ed_foot_hear(struct ed_foot *, uint16_t reading, uint32_t t_us);

/* Whether the pedal's place is worth telling; then it counts as told. */
bool ed_foot_moved(struct ed_foot *, uint32_t now_us);

/* What the foot has played since it was last asked. */
enum ed_step ed_foot_step(struct ed_foot *);

#endif
