/* The serial line through the board's UART: 8 data bits, no parity, 1 stop bit. */
#ifndef ED_AVR_UART_H
#define ED_AVR_UART_H

#include <stdbool.h>
#include <stdint.h>

void ed_uart_start(void);

/* The next byte that came, and of a zero the clock's ticks when it did; false: none. */
bool ed_uart_next(uint8_t *byte, uint16_t *ticks);

bool ed_uart_is_empty(void);

/* Bytes lost since the last question: the buffer, or the UART itself, was full. */
uint16_t ed_uart_take_lost(void);

/* Bytes that wait to go out, and how many more may. */
uint8_t ed_uart_waiting(void);
uint8_t ed_uart_room(void);

/* At most ed_uart_room() bytes. */
void ed_uart_write(const uint8_t *bytes, uint8_t count);

/* What a byte takes on the line. */
#ifndef ED_BAUD
#define ED_BAUD 1000000UL /* exact on 16 MHz, as 500,000 and 250,000 are */
#endif
#define ED_BYTE_US (10000000UL / ED_BAUD)

#endif
