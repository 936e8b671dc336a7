/* The line to the host, whichever it is. */
#ifndef ED_AVR_WIRE_H
#define ED_AVR_WIRE_H

#include "ed_board.h"

/* `board_id` is told to a USB host. */
void ed_wire_start(uint64_t board_id);

/* Gives the board what came, and the line what the board says; `something_new`: it may have more to say than
 * answers to what came. */
void ed_wire_run(struct ed_board *, bool something_new);

/* Bytes lost since the last question. */
uint16_t ed_wire_take_lost(void);

#endif
