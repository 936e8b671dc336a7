#include "seldom.h"

#include "identity.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>

#include "eeprom.h"

/* Two counters of starts at 0 and 4, the board's number at 8, its check behind it. */
#define ED_BOOT_CELLS 2u
#define ED_BOARD_AT 8u
#define ED_BOARD_BYTES 8u
#define ED_TIMES_JITTER 64u

static uint32_t read_counter(uint8_t cell)
{
    uint32_t n = 0;
    for (uint8_t b = 0; b < 4; b++) {
        n = n << 8 | ed_eeprom_read((uint16_t)(4u * cell + 3u - b));
    }
    return n == UINT32_MAX ? 0 : n; /* a new chip */
}

/* The two counters are written in turn. When the power goes in the middle, the other one still holds the
 * start before, and the one half written is either lower, which does not matter, or higher, and no
 * start has had that number yet. */
uint32_t ed_identity_boot(void)
{
    uint32_t first = read_counter(0);
    uint32_t second = read_counter(1);
    uint8_t older = first > second ? 1 : 0;
    uint32_t boot = (older ? first : second) + 1u;
    for (uint8_t b = 0; b < 4; b++) {
        ed_eeprom_write((uint16_t)(4u * older + b), (uint8_t)(boot >> (8u * b)));
    }
    return boot;
}

/* A zero must not check: it is no number. */
static uint8_t check_of(const uint8_t *bytes)
{
    uint8_t check = 0x5A;
    for (uint8_t b = 0; b < ED_BOARD_BYTES; b++) {
        check = (uint8_t)((check << 1 | check >> 7) ^ bytes[b]);
    }
    return check;
}

/* The watchdog has an oscillator of its own, no quartz: how far it wanders against the processor's
 * clock is different in every chip and at every moment. */
static void make_number(uint8_t *bytes)
{
    uint8_t reset_by = MCUSR;
    MCUSR = (uint8_t)(reset_by & ~_BV(WDRF));
    WDTCSR = _BV(WDCE) | _BV(WDE);
    WDTCSR = _BV(WDIE); /* interrupts are off: only its flag is looked at, every 16 ms */
    for (uint8_t n = 0; n < ED_TIMES_JITTER; n++) {
        uint32_t patience = 200000;
        while (!(WDTCSR & _BV(WDIF)) && --patience) {
        }
        WDTCSR = _BV(WDIE) | _BV(WDIF);
        uint8_t *byte = &bytes[n % ED_BOARD_BYTES];
        *byte = (uint8_t)((*byte << 3 | *byte >> 5) ^ (TCNT1L + TCNT1H));
    }
    WDTCSR = _BV(WDCE) | _BV(WDE);
    WDTCSR = 0;
    bytes[0] |= 1u;
}

uint64_t ed_identity_board(void)
{
    union {
        uint8_t bytes[ED_BOARD_BYTES];
        uint64_t number;
    } board;
    for (uint8_t b = 0; b < ED_BOARD_BYTES; b++) {
        board.bytes[b] = ed_eeprom_read((uint16_t)(ED_BOARD_AT + b));
    }
    uint8_t check = ed_eeprom_read(ED_BOARD_AT + ED_BOARD_BYTES);
    if (check != check_of(board.bytes) || !(board.bytes[0] & 1u)) {
        make_number(board.bytes);
        for (uint8_t b = 0; b < ED_BOARD_BYTES; b++) {
            ed_eeprom_write((uint16_t)(ED_BOARD_AT + b), board.bytes[b]);
        }
        ed_eeprom_write(ED_BOARD_AT + ED_BOARD_BYTES, check_of(board.bytes));
    }
    return board.number;
}
