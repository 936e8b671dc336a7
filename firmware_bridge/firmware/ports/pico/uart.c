/* The UART's two queues of 32 bytes, and what is known of the times of what is in them. */
#include "uart.h"

#include "clocks.h"
#include "inbox.h"
#include "pins.h"
#include "registers.h"

#define BYTE_US 10u
#define QUEUE 32u
#define TIMEOUT_US 32u /* 32 bits of silence */
#define BAUD_64THS 480u /* 120 MHz / 16 / 1 Mbaud = 7.5 */

static uint64_t quiet_us; /* when all that was written has left; the hardware does not tell */

void ed_uart_start(void)
{
    ED_REG(UART_BAUD_WHOLE) = BAUD_64THS / 64u;
    ED_REG(UART_BAUD_64TH) = BAUD_64THS % 64u;
    ED_REG(UART_LINE) = (3u << 5) | (1u << 4); /* 8 bits, queues on */
    ED_REG(UART_FIFO_LEVELS) = 0u;             /* interrupt from 4 bytes on, or after a pause */
    ED_REG(UART_CTRL) = (1u << 9) | (1u << 8) | 1u;
    ED_REG(UART_INT_MASK) = UART_RX_INT | UART_RX_TIMEOUT_INT;
    ED_REG(PAD(ED_PIN_UART_TX)) = PAD_DRIVE_4MA;
    /* Pulled up: a line with nothing on it is silent. */
    ED_REG(PAD(ED_PIN_UART_RX)) = PAD_INPUT | PAD_PULL_UP | PAD_SCHMITT;
    ED_REG(IO_CTRL(ED_PIN_UART_TX)) = FUNCTION_UART;
    ED_REG(IO_CTRL(ED_PIN_UART_RX)) = FUNCTION_UART;
    ED_REG(NVIC_ENABLE) = 1u << IRQ_UART0;
}

void ed_uart_interrupt(void);

void ed_uart_interrupt(void)
{
    const uint32_t entry = ed_systick();
    const uint32_t now_us = (uint32_t)ed_clock_us();
    const uint32_t why = ED_REG(UART_INT_MASKED);
    /* Cleared before the queue is emptied: a byte that comes in between interrupts again. */
    ED_REG(UART_INT_CLEAR) = why;
    uint8_t came[QUEUE];
    uint32_t count = 0u;
    while (count < QUEUE && (ED_REG(UART_FLAGS) & UART_RX_EMPTY) == 0u) {
        const uint32_t data = ED_REG(UART_DATA);
        if ((data & UART_DATA_OVERRUN) != 0u) {
            ed_inbox_lose();
        }
        came[count++] = (uint8_t)data;
    }
    /* The last of them came just now, or, when a pause brought us here, a pause ago. */
    const uint32_t last_us = now_us - ((why & UART_RX_INT) != 0u ? 0u : TIMEOUT_US);
    for (uint32_t i = 0u; i < count; i++) {
        ed_inbox_put(came[i], last_us - (count - 1u - i) * BYTE_US);
    }
    ed_load_add_cycles(entry);
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void ed_uart_send(struct ed_board *board)
{
    for (;;) {
        const uint64_t now_us = ed_clock_us();
        const uint32_t queued =
            (uint32_t)(later(quiet_us, now_us) - now_us + BYTE_US - 1u) / BYTE_US;
        if (queued >= QUEUE || (ED_REG(UART_FLAGS) & UART_TX_FULL) != 0u) {
            return;
        }
        uint8_t bytes[QUEUE];
        const uint16_t count = ed_board_send(board, bytes, (uint16_t)(QUEUE - queued),
                                             later(quiet_us, now_us + ED_FRAME_MAKING_US));
        if (count == 0u) {
            return;
        }
        quiet_us = later(quiet_us, ed_clock_us()) + (uint64_t)count * BYTE_US;
        for (uint16_t i = 0u; i < count; i++) {
            while ((ED_REG(UART_FLAGS) & UART_TX_FULL) != 0u) {
            }
            ED_REG(UART_DATA) = bytes[i];
        }
    }
}

uint64_t ed_uart_room_us(void)
{
    return quiet_us - QUEUE / 2u * BYTE_US;
}
