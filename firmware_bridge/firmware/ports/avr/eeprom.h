/* The memory that outlives the power, a byte at a time. A write takes 3.4 ms and is not waited for. */
#ifndef ED_AVR_EEPROM_H
#define ED_AVR_EEPROM_H

#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

static inline bool ed_eeprom_is_ready(void)
{
    return !(EECR & _BV(EEPE));
}

/* Only when it is ready; stops the processor for four cycles. */
static inline uint8_t ed_eeprom_read(uint16_t at)
{
    EEAR = at;
    EECR |= _BV(EERE);
    return EEDR;
}

/* Only when it is ready. What is there already is not written again: a cell bears 100,000 times. */
static inline void ed_eeprom_begin_write(uint16_t at, uint8_t byte)
{
    if (ed_eeprom_read(at) == byte) {
        return;
    }
    EEDR = byte;
    uint8_t status = SREG;
    cli();
    /* The second bit counts only within four cycles of the first. */
    EECR |= _BV(EEMPE);
    EECR |= _BV(EEPE);
    SREG = status;
}

/* Waits: for what is done once, before anything is sampled. */
static inline void ed_eeprom_write(uint16_t at, uint8_t byte)
{
    ed_eeprom_begin_write(at, byte);
    while (!ed_eeprom_is_ready()) {
    }
}

#endif
