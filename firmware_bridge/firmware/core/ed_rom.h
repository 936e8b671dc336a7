/* Tables and texts that stay in program memory where reading them takes instructions of its own. */
#ifndef ED_ROM_H
#define ED_ROM_H

#include <stdint.h>

#ifdef __AVR__
#include <avr/pgmspace.h>

#define ED_ROM PROGMEM

static inline uint8_t ed_rom_read_u8(const void *at)
{
    return pgm_read_byte(at);
}

static inline uint16_t ed_rom_read_u16(const void *at)
{
    return pgm_read_word(at);
}

static inline void ed_rom_copy(void *to, const void *from, uint16_t length)
{
    memcpy_P(to, from, length);
}

#else

#define ED_ROM

static inline uint8_t ed_rom_read_u8(const void *at)
{
    return *(const uint8_t *)at;
}

static inline uint16_t ed_rom_read_u16(const void *at)
{
    return *(const uint16_t *)at;
}

/* The builtin: string.h is not there on a bare target, and the compiler brings the function. */
static inline void ed_rom_copy(void *to, const void *from, uint16_t length)
{
    __builtin_memcpy(to, from, length);
}

#endif
#endif
