#include "clock.h"

#include "ed_time.h"
#include "machine.h"

static struct ed_time ticks;

void ed_clock_start(void)
{
    ED_REG(COUNTER + COUNTER_CTRL) = COUNTER_ON_32_BITS;
}

uint64_t ed_clock_us(void)
{
    uint32_t masked = ed_mask_interrupts();
    uint64_t now = ed_time_us(&ticks, ~ED_REG(COUNTER + COUNTER_VALUE));
    ed_restore_interrupts(masked);
    return now / TICKS_A_US;
}
