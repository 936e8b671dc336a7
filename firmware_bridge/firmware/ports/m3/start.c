/* Where the processor begins, and where its interrupts go. QEMU has laid code and data where they belong, and
 * memory is zero. */
#include <stdint.h>

#include "lines.h"
#include "machine.h"

extern uint32_t ed_stack_top;
int main(void);

void ed_reset(void);

void ed_reset(void)
{
    (void)main();
}

static void halted(void)
{
    for (;;) {
    }
}

static void timer_interrupt(void)
{
    ED_REG(TIMER0 + TIMER_CTRL) = 0;
    ED_REG(TIMER0 + TIMER_INTERRUPTS) = 1;
}

union vector {
    uint32_t *stack;
    void (*code)(void);
};

#define FIRST_INTERRUPT 16

__attribute__((section(".vectors"), used)) static const union vector vectors[FIRST_INTERRUPT + 32] = {
    [0] = {.stack = &ed_stack_top},
    [1] = {.code = ed_reset},
    [2] = {.code = halted},
    [3] = {.code = halted},
    [4] = {.code = halted},
    [5] = {.code = halted},
    [6] = {.code = halted},
    [FIRST_INTERRUPT + IRQ_UART0_RX] = {.code = ed_line_interrupt},
    [FIRST_INTERRUPT + IRQ_UART1_RX] = {.code = ed_truth_interrupt},
    [FIRST_INTERRUPT + IRQ_TIMER0] = {.code = timer_interrupt},
};
