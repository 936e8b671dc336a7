/* Lights and motors: how bright or strong, by PWM. */
#ifndef ED_PICO_OUTPUTS_H
#define ED_PICO_OUTPUTS_H

#include "ed_board.h"

void ed_outputs_start(void);

/* Brings the pins to what the board wants of them now. */
void ed_outputs_show(const struct ed_board *);

#endif
