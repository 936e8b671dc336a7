#include "outputs.h"

#include <avr/io.h>

#include "pins.h"

/* Full on and off are the plain pin: a modulated pin still blinks at 0. While it is modulated the pin's
 * own bit says that it is lit, for whoever looks at the port. */

#if defined(__AVR_ATmega328P__)

/* The light on D11 and, on or off, on the board's own at D13; the motor on D3. */
void ed_outputs_start(void)
{
    DDRB |= _BV(PB3) | _BV(PB5);
    DDRD |= _BV(PD3);
    TCCR2A = _BV(WGM21) | _BV(WGM20);
    TCCR2B = _BV(CS22); /* 16 MHz / 64 / 256: 977 Hz */
}

void ed_outputs_set(uint8_t id, uint16_t level)
{
    uint8_t width = (uint8_t)(level >> 8);
    uint8_t modulate = (uint8_t)(width != 0 && width != 255u);
    if (id == ED_LIGHT) {
        OCR2A = width;
        TCCR2A = (uint8_t)((TCCR2A & ~_BV(COM2A1)) | (modulate ? _BV(COM2A1) : 0));
        PORTB = (uint8_t)((PORTB & ~(_BV(PB3) | _BV(PB5))) | (width ? _BV(PB3) | _BV(PB5) : 0));
    } else {
        OCR2B = width;
        TCCR2A = (uint8_t)((TCCR2A & ~_BV(COM2B1)) | (modulate ? _BV(COM2B1) : 0));
        PORTD = (uint8_t)((PORTD & ~_BV(PD3)) | (width ? _BV(PD3) : 0));
    }
}

#else

/* The light is the board's own at D13, the motor on D5. */
void ed_outputs_start(void)
{
    DDRC |= _BV(PC7) | _BV(PC6);
    TCCR3A = _BV(WGM30);
    TCCR3B = _BV(WGM32) | _BV(CS31) | _BV(CS30); /* 16 MHz / 64 / 256 */
    TC4H = 0;
    OCR4C = 255;
    TCCR4A = _BV(PWM4A);
    TCCR4B = _BV(CS42) | _BV(CS41) | _BV(CS40); /* 16 MHz / 64 / 256 */
}

void ed_outputs_set(uint8_t id, uint16_t level)
{
    uint8_t width = (uint8_t)(level >> 8);
    uint8_t modulate = (uint8_t)(width != 0 && width != 255u);
    if (id == ED_LIGHT) {
        OCR4A = width;
        TCCR4A = (uint8_t)(_BV(PWM4A) | (modulate ? _BV(COM4A1) : 0));
        PORTC = (uint8_t)((PORTC & ~_BV(PC7)) | (width ? _BV(PC7) : 0));
    } else {
        OCR3A = width;
        TCCR3A = (uint8_t)(_BV(WGM30) | (modulate ? _BV(COM3A1) : 0));
        PORTC = (uint8_t)((PORTC & ~_BV(PC6)) | (width ? _BV(PC6) : 0));
    }
}

#endif
