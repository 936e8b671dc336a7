/* UART0: 1,000,000 baud, 8N1, no flow control. */
#ifndef ED_PICO_UART_H
#define ED_PICO_UART_H

#include <stdint.h>

#include "ed_board.h"

void ed_uart_start(void);

/* Says as much as fits now. */
void ed_uart_send(struct ed_board *);

/* When there is room again for something that waits. */
uint64_t ed_uart_room_us(void);

#endif
