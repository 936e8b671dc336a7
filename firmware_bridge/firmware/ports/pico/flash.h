/* The board's serial flash: its number, and the two sectors that keep the settings. */
#ifndef ED_PICO_FLASH_H
#define ED_PICO_FLASH_H

#include <stdint.h>

#include "ed_board.h"

/* The chip's serial number: this very board, for ever. Never 0. */
uint64_t ed_flash_id(void);

/* A slot as it is. */
const uint8_t *ed_flash_slot(uint8_t slot);

/* Writes the image that the board wants kept, when it wants one. */
void ed_flash_keep(struct ed_board *);

#endif
