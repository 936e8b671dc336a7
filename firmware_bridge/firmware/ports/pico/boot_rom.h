/* The boot ROM's functions, found by their two letters in its table. */
#ifndef ED_PICO_BOOT_ROM_H
#define ED_PICO_BOOT_ROM_H

#include <stdint.h>

void *ed_boot_rom_function(char first, char second);

/* Restarts as a USB drive that takes a new image; does not come back. */
void ed_boot_rom_take_image(void);

#endif
