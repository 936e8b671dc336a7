/* Numbers in bytes, little-endian, and the check over them. */
#ifndef ED_WIRE_H
#define ED_WIRE_H

#include <stdint.h>

#define ED_CRC_START 0xFFFFu

/* CRC-16/CCITT-FALSE, one byte on. Without a table: flash is dearer than these few instructions. */
static inline uint16_t ed_crc_add(uint16_t crc, uint8_t byte)
{
    uint8_t x = (uint8_t)((crc >> 8) ^ byte);
    x = (uint8_t)(x ^ (x >> 4));
    return (uint16_t)((uint16_t)(crc << 8) ^ (uint16_t)((uint16_t)x << 12) ^ (uint16_t)((uint16_t)x << 5) ^ x);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers lie in memory as on the wire");

static inline uint16_t ed_read_u16(const uint8_t *at)
{
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t ed_read_u32(const uint8_t *at)
{
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t ed_read_u64(const uint8_t *at)
{
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}

#endif
