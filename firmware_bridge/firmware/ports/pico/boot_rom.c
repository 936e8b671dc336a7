#include "boot_rom.h"

/* Where the ROM tells of itself: its table of functions, and the function that looks one up. */
#define TABLE 0x14u
#define LOOKUP 0x18u

typedef void *lookup_function(const uint16_t *table, uint32_t code);
typedef void take_image_function(uint32_t light_pins, uint32_t interfaces_off);

void *ed_boot_rom_function(char first, char second)
{
    /* Volatile: the compiler takes addresses this low for a null pointer's. */
    const uint32_t table = *(const volatile uint16_t *)TABLE;
    const uint32_t lookup = *(const volatile uint16_t *)LOOKUP;
    return ((lookup_function *)lookup)((const uint16_t *)table,
                                       ((uint32_t)(uint8_t)second << 8) | (uint8_t)first);
}

void ed_boot_rom_take_image(void)
{
    ((take_image_function *)ed_boot_rom_function('U', 'B'))(0u, 0u);
}
