#include "ed_level.h"

#include "ed_rom.h"

/* 1024 * log2(1 + n / 32) */
static const uint16_t octave[33] ED_ROM = {
    0,   45,  90,  132, 174, 215, 254, 292, 330, 366, 402, 436, 470, 504,  536, 568, 599,
    629, 659, 689, 717, 745, 773, 800, 827, 853, 879, 904, 929, 953, 977, 1001, 1024,
};

uint16_t ed_level_of(uint16_t amplitude)
{
    uint16_t level = 15u * ED_OCTAVE;
    if (amplitude < 2u) {
        return 0;
    }
    while ((amplitude & 0x8000u) == 0) {
        amplitude = (uint16_t)(amplitude << 1);
        level = (uint16_t)(level - ED_OCTAVE);
    }
    uint8_t place = (uint8_t)(amplitude >> 10 & 31u);
    uint16_t low = ed_rom_read_u16(&octave[place]);
    uint16_t step = (uint16_t)(ed_rom_read_u16(&octave[place + 1u]) - low);
    uint16_t between = amplitude & 1023u;
    return (uint16_t)(level + low + (uint16_t)((uint16_t)(step * between + 512u) >> 10));
}

uint16_t ed_level_amplitude(uint16_t level)
{
    uint16_t amplitude = 0;
    for (uint16_t bit = 0x8000u; bit != 0; bit = (uint16_t)(bit >> 1)) {
        uint16_t tried = amplitude | bit;
        if (ed_level_of((uint16_t)(tried - 1u)) < level) {
            amplitude = tried;
        }
    }
    return amplitude;
}

uint16_t ed_level_of_db(uint8_t db)
{
    /* 1024 / 6.0206 = 170.08 */
    return (uint16_t)(170u * db);
}
