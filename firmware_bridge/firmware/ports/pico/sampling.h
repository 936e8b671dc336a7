/* The pads' signals: every channel exactly 8,000 times a second, without the processor. */
#ifndef ED_PICO_SAMPLING_H
#define ED_PICO_SAMPLING_H

#include <stdint.h>

#include "ed_board.h"

#define ED_FRAME_US 125u

void ed_sampling_start(void);

/* When the next few frames are whole. */
uint64_t ed_sampling_due_us(void);

/* Hands all whole frames that have come to the board. */
void ed_sampling_drain(struct ed_board *);

#endif
