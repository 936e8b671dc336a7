/* Parameters in the EEPROM: two slots, written byte by byte while everything else goes on. */
#ifndef ED_AVR_KEEPER_H
#define ED_AVR_KEEPER_H

#include "ed_board.h"

/* Hands both slots to a board that has just started. */
void ed_keeper_restore(struct ed_board *);

/* Writes one byte more, if there is one and the memory takes it. */
void ed_keeper_run(struct ed_board *);

#endif
