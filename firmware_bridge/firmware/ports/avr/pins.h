/* Which pin does what, on each of the two chips. Everything that differs between an Uno and a
 * Leonardo stands here, but for the Leonardo's USB. */
#ifndef ED_AVR_PINS_H
#define ED_AVR_PINS_H

#include <avr/io.h>

#include "ed_sizes.h"

/* The two outputs. */
enum { ED_LIGHT = 0, ED_MOTOR = 1 };

#if defined(__AVR_ATmega328P__)

#define ED_BOARD_NAME "Arduino Uno"
#define ED_HAS_USB 0
/* Of readings; memory is dear. */
#define ED_ROUNDS 15u
/* A0 to A5 are the converter's inputs 0 to 5. */
#define ED_MUX_ORDER {0, 1, 2, 3, 4, 5}
#define ED_DIGITAL_OFF 0x3F
#define ED_TRIGGER_BY_TIMER_0 (_BV(ADTS1) | _BV(ADTS0))
#define ED_UART_RX_VECTOR USART_RX_vect
#define ED_UART_EMPTY_VECTOR USART_UDRE_vect
#define ED_UDR UDR0
#define ED_UCSRA UCSR0A
#define ED_UCSRB UCSR0B
#define ED_UCSRC UCSR0C
#define ED_UBRR UBRR0

#elif defined(__AVR_ATmega32U4__)

#define ED_BOARD_NAME "Leonardo"
#define ED_HAS_USB 1
#define ED_ROUNDS 16u
/* A0 to A5 are the converter's inputs 7, 6, 5, 4, 1, 0. */
#define ED_MUX_ORDER {7, 6, 5, 4, 1, 0}
#define ED_DIGITAL_OFF 0xF3
#define ED_TRIGGER_BY_TIMER_0 (_BV(ADTS1) | _BV(ADTS0))
#define ED_UART_RX_VECTOR USART1_RX_vect
#define ED_UART_EMPTY_VECTOR USART1_UDRE_vect
#define ED_UDR UDR1
#define ED_UCSRA UCSR1A
#define ED_UCSRB UCSR1B
#define ED_UCSRC UCSR1C
#define ED_UBRR UBRR1

#else
#error "The AVR port knows the ATmega328P and the ATmega32U4."
#endif

/* The bits have the same places in both UARTs. */
#define ED_UART_OVERRUN 0x08
#define ED_UART_DOUBLE_SPEED 0x02
#define ED_UART_8_BITS 0x06
/* Receiving, with an interrupt, and sending. */
#define ED_UART_ON 0x98
#define ED_UART_EMPTY_INTERRUPT 0x20

#endif
