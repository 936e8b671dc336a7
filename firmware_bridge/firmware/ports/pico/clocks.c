/* Crystal 12 MHz; PLLs 120 MHz for the processor and UART, 48 MHz for USB and ADC; the timer counts
 * the crystal's microseconds. Everything that samples, stamps or shows light runs off one crystal. */
#include "clocks.h"

#include <stdbool.h>

#include "registers.h"

static uint32_t slept_cycles;
static volatile bool asleep;
static uint64_t load_since_us;

static void start_pll(uint32_t pll, uint32_t divider_1, uint32_t divider_2)
{
    ED_REG(pll + PLL_POWER) = 0x2Du; /* all off */
    ED_REG(pll + PLL_CS) = 1u;
    ED_REG(pll + PLL_FEEDBACK) = 100u; /* 12 MHz x 100 = 1200 MHz */
    ED_CLEAR(pll + PLL_POWER) = 0x21u;
    while ((ED_REG(pll + PLL_CS) >> 31) == 0u) {
    }
    ED_REG(pll + PLL_PRIMARY) = (divider_1 << 16) | (divider_2 << 12);
    ED_CLEAR(pll + PLL_POWER) = 0x8u;
}

static void release(uint32_t blocks)
{
    ED_CLEAR(RESETS_RESET) = blocks;
    while ((ED_REG(RESETS_DONE) & blocks) != blocks) {
    }
}

void ed_clocks_start(void)
{
    ED_REG(XOSC_CTRL) = 0xAA0u;
    ED_REG(XOSC_STARTUP) = 47u; /* x 256 crystal periods: 1 ms */
    ED_SET(XOSC_CTRL) = 0xFABu << 12;
    while ((ED_REG(XOSC_STATUS) >> 31) == 0u) {
    }
    /* Off the PLLs, which may run already when this is not the first start. */
    ED_CLEAR(CLOCK_SYS_CTRL) = 1u;
    while (ED_REG(CLOCK_SYS_SELECTED) != 1u) {
    }
    ED_REG(CLOCK_REF_CTRL) = 2u; /* the crystal */
    while (ED_REG(CLOCK_REF_SELECTED) != 4u) {
    }
    ED_SET(RESETS_RESET) = RESET_PLL_SYS | RESET_PLL_USB | RESET_ADC | RESET_DMA | RESET_PWM |
                           RESET_TIMER | RESET_UART0 | RESET_USB;
    release(RESET_PLL_SYS | RESET_PLL_USB);
    start_pll(PLL_SYS, 5u, 2u); /* 120 MHz */
    start_pll(PLL_USB, 5u, 5u); /* 48 MHz */
    ED_REG(CLOCK_SYS_CTRL) = 0u; /* its auxiliary source: the system PLL */
    ED_SET(CLOCK_SYS_CTRL) = 1u;
    while (ED_REG(CLOCK_SYS_SELECTED) != 2u) {
    }
    ED_REG(CLOCK_PERI_CTRL) = CLOCK_ENABLE;
    ED_REG(CLOCK_USB_CTRL) = CLOCK_ENABLE;
    ED_REG(CLOCK_ADC_CTRL) = CLOCK_ENABLE;
    ED_REG(WATCHDOG_TICK) = (1u << 9) | 12u; /* the timer's microsecond */
    release(RESET_IO_BANK0 | RESET_PADS_BANK0 | RESET_ADC | RESET_DMA | RESET_PWM | RESET_TIMER |
            RESET_UART0 | RESET_USB);
    ED_REG(TIMER_INTE) = 1u;
    ED_REG(NVIC_ENABLE) = 1u << IRQ_TIMER0;
    ED_REG(SYSTICK_RELOAD) = 0xFFFFFFu;
    ED_REG(SYSTICK_NOW) = 0u;
    ED_REG(SYSTICK_CTRL) = 5u; /* counts processor cycles, no interrupt */
}

uint64_t ed_clock_us(void)
{
    uint32_t high = ED_REG(TIMER_RAW_HIGH);
    for (;;) {
        const uint32_t low = ED_REG(TIMER_RAW_LOW);
        const uint32_t again = ED_REG(TIMER_RAW_HIGH);
        if (again == high) {
            return ((uint64_t)high << 32) | low;
        }
        high = again;
    }
}

uint32_t ed_systick(void)
{
    return ED_REG(SYSTICK_NOW);
}

static uint32_t cycles_since(uint32_t systick)
{
    return (systick - ed_systick()) & 0xFFFFFFu; /* it counts down */
}

void ed_sleep_until(uint64_t wake_us)
{
    ED_REG(TIMER_ALARM0) = (uint32_t)wake_us;
    /* The alarm is for the very microsecond: one that has passed would wake after 71 minutes. */
    if (ed_clock_us() >= wake_us) {
        return;
    }
    asleep = true;
    const uint32_t before = ed_systick();
    /* An interrupt since the caller looked for work has set the event, and this does not wait. */
    __asm__ volatile("wfe" ::: "memory");
    slept_cycles += cycles_since(before);
    asleep = false;
}

void ed_load_add_cycles(uint32_t systick_at_entry)
{
    if (asleep) {
        slept_cycles -= cycles_since(systick_at_entry);
    }
}

uint8_t ed_load_percent(void)
{
    const uint64_t now_us = ed_clock_us();
    const uint32_t past_us = (uint32_t)(now_us - load_since_us);
    const uint32_t slept_us = slept_cycles / (ED_SYSTEM_HZ / 1000000u);
    load_since_us = now_us;
    slept_cycles = 0u;
    if (past_us == 0u || slept_us >= past_us) {
        return 0u;
    }
    return (uint8_t)((past_us - slept_us) / (past_us / 100u + 1u));
}

void ed_timer_interrupt(void);

void ed_timer_interrupt(void)
{
    ED_REG(TIMER_INTR) = 1u;
}
