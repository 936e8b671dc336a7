#include "lines.h"

#include "clock.h"
#include "machine.h"

#define HEARD 1024u /* a power of two */
#define BYTE_US 40u
#define PLAY 0xFFu /* on the truth line; any other byte asks for the time */

static struct {
    uint64_t t_us;
    uint8_t byte;
} heard[HEARD];
static volatile uint32_t came;
static volatile uint32_t used;
static volatile uint32_t lost;
static uint64_t came_us; /* when the last byte has come */
static uint64_t free_us; /* when the next may go */
static volatile bool play;
static uint64_t turned_us;
static volatile uint32_t longest_turn_us;

void ed_lines_start(void)
{
    ED_REG(UART0 + UART_DIVIDER) = 16;
    ED_REG(UART1 + UART_DIVIDER) = 16;
    ED_REG(UART0 + UART_CTRL) = UART_ON_WITH_RX_INTERRUPT;
    ED_REG(UART1 + UART_CTRL) = UART_ON_WITH_RX_INTERRUPT;
    ED_REG(NVIC_ENABLE) = 1u << IRQ_UART0_RX | 1u << IRQ_UART1_RX | 1u << IRQ_TIMER0;
}

/* The interrupt is taken back before the byte is read: the next byte's would be lost the other way round. */
void ed_line_interrupt(void)
{
    ED_REG(UART0 + UART_INTERRUPTS) = UART_RX_INTERRUPT;
    while (ED_REG(UART0 + UART_STATE) & UART_RX_FULL) {
        /* Not before the loop: a byte may come in the middle of it, and none has its time before it came. */
        uint64_t now_us = ed_clock_us();
        uint8_t byte = (uint8_t)ED_REG(UART0 + UART_DATA);
        came_us = now_us > came_us ? now_us + BYTE_US : came_us + BYTE_US;
        if (came - used == HEARD) {
            lost++;
            continue;
        }
        heard[came % HEARD].t_us = came_us;
        heard[came % HEARD].byte = byte;
        came++;
    }
}

bool ed_line_next(uint8_t *byte, uint64_t *t_us)
{
    if (came == used || heard[used % HEARD].t_us > ed_clock_us()) {
        return false;
    }
    *byte = heard[used % HEARD].byte;
    *t_us = heard[used % HEARD].t_us;
    used++;
    return true;
}

uint32_t ed_line_take_lost(void)
{
    uint32_t masked = ed_mask_interrupts();
    uint32_t n = lost;
    lost = 0;
    ed_restore_interrupts(masked);
    return n;
}

bool ed_line_is_ready(void)
{
    return ed_clock_us() >= free_us && !(ED_REG(UART0 + UART_STATE) & UART_TX_FULL);
}

/* A byte has gone when its time on the line is over. */
void ed_line_write(uint8_t byte)
{
    ED_REG(UART0 + UART_DATA) = byte;
    free_us = ed_clock_us() + BYTE_US;
}

uint64_t ed_line_next_us(void)
{
    return came == used ? UINT64_MAX : heard[used % HEARD].t_us;
}

static void tell(char c)
{
    while (ED_REG(UART1 + UART_STATE) & UART_TX_FULL) {
    }
    ED_REG(UART1 + UART_DATA) = (uint8_t)c;
}

static void tell_number(uint32_t value)
{
    tell(' ');
    for (int shift = 28; shift >= 0; shift -= 4) {
        tell("0123456789abcdef"[value >> shift & 15u]);
    }
}

void ed_truth_light(uint32_t t_us, uint8_t output, uint16_t level)
{
    uint32_t masked = ed_mask_interrupts();
    tell('L');
    tell_number(t_us);
    tell_number(output);
    tell_number(level);
    tell('\n');
    ed_restore_interrupts(masked);
}

void ed_truth_turn(uint64_t now_us)
{
    uint32_t turn_us = (uint32_t)(now_us - turned_us);
    longest_turn_us = turned_us != 0 && turn_us > longest_turn_us ? turn_us : longest_turn_us;
    turned_us = now_us;
}

bool ed_truth_says_play(void)
{
    return play;
}

void ed_truth_begun(uint32_t t_us)
{
    uint32_t masked = ed_mask_interrupts();
    play = false;
    tell('B');
    tell_number(t_us);
    tell('\n');
    ed_restore_interrupts(masked);
}

void ed_truth_interrupt(void)
{
    ED_REG(UART1 + UART_INTERRUPTS) = UART_RX_INTERRUPT;
    while (ED_REG(UART1 + UART_STATE) & UART_RX_FULL) {
        uint32_t now_us = (uint32_t)ed_clock_us();
        uint32_t byte = ED_REG(UART1 + UART_DATA);
        if (byte == PLAY) {
            play = true;
            continue;
        }
        tell('C');
        tell_number(byte);
        tell_number(now_us);
        tell_number(longest_turn_us);
        tell('\n');
    }
}
