/* The MPS2 AN385's registers that this port touches, by the names of its manual, and its clock. */
#ifndef ED_M3_MACHINE_H
#define ED_M3_MACHINE_H

#include <stdint.h>

#define ED_REG(address) (*(volatile uint32_t *)(address))

#define UART0 0x40004000u
#define UART1 0x40005000u
#define UART_DATA 0x0u
#define UART_STATE 0x4u
#define UART_CTRL 0x8u
#define UART_INTERRUPTS 0xCu
#define UART_DIVIDER 0x10u
#define UART_TX_FULL 1u
#define UART_RX_FULL 2u
#define UART_ON_WITH_RX_INTERRUPT 0xBu
#define UART_RX_INTERRUPT 2u

/* Counts down and interrupts at 0. */
#define TIMER0 0x40000000u
#define TIMER_CTRL 0x0u
#define TIMER_VALUE 0x4u
#define TIMER_RELOAD 0x8u
#define TIMER_INTERRUPTS 0xCu
#define TIMER_ON 0x9u

/* Counts down for ever, 25 times a microsecond. */
#define COUNTER 0x40002000u
#define COUNTER_VALUE 0x4u
#define COUNTER_CTRL 0x8u
#define COUNTER_ON_32_BITS 0x82u
#define TICKS_A_US 25u

#define NVIC_ENABLE 0xE000E100u
#define IRQ_UART0_RX 0u
#define IRQ_UART1_RX 2u
#define IRQ_TIMER0 8u

/* Gives back whether they were masked before. */
static inline uint32_t ed_mask_interrupts(void)
{
    uint32_t masked;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(masked)::"memory");
    return masked;
}

static inline void ed_restore_interrupts(uint32_t masked)
{
    __asm__ volatile("msr primask, %0" ::"r"(masked) : "memory");
}

/* Wakes for an interrupt that is masked, too; it is served when the mask is taken away. */
static inline void ed_wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

#endif
