/* Who a board is: what its port knows of it and the core does not. */
#ifndef ED_ABOUT_H
#define ED_ABOUT_H

#include <stdint.h>

/* As in HelloAck. The core adds RESEND, SCOPE, CHOKE, ZONES and PEDAL by itself. */
enum ed_capability {
    ED_CAN_RESEND = 1,
    ED_CAN_LED = 2,
    ED_CAN_HAPTIC = 4,
    ED_CAN_SCOPE = 8,
    ED_CAN_SAVE = 16,
    ED_CAN_POSITION = 32,
    ED_CAN_CHOKE = 64,
    ED_CAN_ZONES = 128,
    ED_CAN_PEDAL = 256
};

struct ed_about {
    uint64_t board_id;     /* this very board, for ever; not 0 */
    uint32_t clock_hz;     /* ticks a second of the clock behind the stamps */
    uint32_t period_ns;    /* from one reading of a channel to its next, for the scope */
    uint32_t capabilities; /* of ed_capability: LED, HAPTIC, SAVE, POSITION */
    const char *firmware;  /* ED_ROM, for people; ends with a zero */
    const char *board;     /* ED_ROM, for people; ends with a zero */
    uint8_t outputs;       /* lights and motors, at most ED_OUTPUTS */
    uint8_t lights;        /* bit n: output n is a light, and follows "led brightness" */
};

#endif
