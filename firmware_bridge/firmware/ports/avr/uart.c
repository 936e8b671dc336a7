#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "pins.h"

/* Powers of two. */
#define ED_HEARD 64u
#define ED_ENDS 4u
#define ED_SAID 16u

/* The interrupt writes `heard`, `came` and `lost`; the main loop `used`. Only of a frame's end, a zero, it is
 * asked when it came: `ends` are the last few of these. */
static uint8_t heard[ED_HEARD];
static uint16_t ends[ED_ENDS];
static volatile uint8_t came;
static volatile uint8_t ends_came;
static volatile uint16_t lost;
static volatile uint8_t used;
static uint8_t ends_used;

/* The main loop writes `said` and `put`; the interrupt `gone`. */
static uint8_t said[ED_SAID];
static volatile uint8_t put;
static volatile uint8_t gone;

ISR(ED_UART_RX_VECTOR)
{
    uint8_t status = ED_UCSRA;
    uint8_t byte = ED_UDR;
    uint8_t n = came;
    if (status & ED_UART_OVERRUN) {
        lost++;
    }
    if ((uint8_t)(n - used) < ED_HEARD) {
        heard[n & (ED_HEARD - 1u)] = byte;
        came = (uint8_t)(n + 1u);
        if (byte == 0) {
            uint8_t end = ends_came;
            ends[end & (ED_ENDS - 1u)] = TCNT1;
            ends_came = (uint8_t)(end + 1u);
        }
    } else {
        lost++;
    }
}

ISR(ED_UART_EMPTY_VECTOR)
{
    uint8_t n = gone;
    if (n == put) {
        ED_UCSRB = ED_UART_ON;
    } else {
        ED_UDR = said[n & (ED_SAID - 1u)];
        gone = (uint8_t)(n + 1u);
    }
}

void ed_uart_start(void)
{
    ED_UCSRA = ED_UART_DOUBLE_SPEED;
    ED_UBRR = F_CPU / 8u / ED_BAUD - 1u;
    ED_UCSRC = ED_UART_8_BITS;
    ED_UCSRB = ED_UART_ON;
}

bool ed_uart_is_empty(void)
{
    return used == came;
}

bool ed_uart_next(uint8_t *byte, uint16_t *ticks)
{
    if (used == came) {
        return false;
    }
    *byte = heard[used & (ED_HEARD - 1u)];
    used++;
    if (*byte == 0) {
        cli();
        *ticks = ends[ends_used & (ED_ENDS - 1u)];
        sei();
        ends_used++;
    }
    return true;
}

uint16_t ed_uart_take_lost(void)
{
    cli();
    uint16_t n = lost;
    lost = 0;
    sei();
    return n;
}

uint8_t ed_uart_waiting(void)
{
    return (uint8_t)(put - gone);
}

uint8_t ed_uart_room(void)
{
    return (uint8_t)(ED_SAID - ed_uart_waiting());
}

void ed_uart_write(const uint8_t *bytes, uint8_t count)
{
    for (uint8_t n = 0; n < count; n++) {
        said[put & (ED_SAID - 1u)] = bytes[n];
        put++;
    }
    ED_UCSRB = ED_UART_ON | ED_UART_EMPTY_INTERRUPT;
}
