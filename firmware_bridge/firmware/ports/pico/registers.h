/* The RP2040's registers that this port touches, by the names of its datasheet. */
#ifndef ED_PICO_REGISTERS_H
#define ED_PICO_REGISTERS_H

#include <stdint.h>

#define ED_REG(address) (*(volatile uint32_t *)(address))
/* Every peripheral register has aliases that set or clear single bits in one bus access. */
#define ED_SET(address) ED_REG((address) + 0x2000u)
#define ED_CLEAR(address) ED_REG((address) + 0x3000u)

/* Resets: a block works once its bit is taken away and is seen as done. */
#define RESETS_RESET 0x4000C000u
#define RESETS_DONE 0x4000C008u
#define RESET_ADC (1u << 0)
#define RESET_DMA (1u << 2)
#define RESET_IO_BANK0 (1u << 5)
#define RESET_PADS_BANK0 (1u << 8)
#define RESET_PLL_SYS (1u << 12)
#define RESET_PLL_USB (1u << 13)
#define RESET_PWM (1u << 14)
#define RESET_TIMER (1u << 21)
#define RESET_UART0 (1u << 22)
#define RESET_USB (1u << 24)

/* Oscillators, PLLs, clocks. */
#define XOSC_CTRL 0x40024000u
#define XOSC_STATUS 0x40024004u
#define XOSC_STARTUP 0x4002400Cu
#define PLL_SYS 0x40028000u
#define PLL_USB 0x4002C000u
#define PLL_CS 0x0u
#define PLL_POWER 0x4u
#define PLL_FEEDBACK 0x8u
#define PLL_PRIMARY 0xCu
#define CLOCK_REF_CTRL 0x40008030u
#define CLOCK_REF_SELECTED 0x40008038u
#define CLOCK_SYS_CTRL 0x4000803Cu
#define CLOCK_SYS_SELECTED 0x40008044u
#define CLOCK_PERI_CTRL 0x40008048u
#define CLOCK_USB_CTRL 0x40008054u
#define CLOCK_ADC_CTRL 0x40008060u
#define CLOCK_ENABLE (1u << 11)
#define WATCHDOG_TICK 0x4005802Cu
#define ROSC_RANDOM_BIT 0x4006001Cu

/* Pins. */
#define IO_CTRL(pin) (0x40014004u + 8u * (pin))
#define PAD(pin) (0x4001C004u + 4u * (pin))
#define FUNCTION_UART 2u
#define FUNCTION_PWM 4u
#define FUNCTION_SIO 5u
#define FUNCTION_NONE 31u
#define PAD_INPUT (1u << 6)
#define PAD_OUTPUT_OFF (1u << 7)
#define PAD_PULL_UP (1u << 3)
#define PAD_DRIVE_4MA (1u << 4)
#define PAD_SCHMITT (1u << 1)
#define IO_QSPI_SS_CTRL 0x4001800Cu
#define IO_OUT_LOW (2u << 8)
#define IO_OUT_HIGH (3u << 8)

/* The 64-bit microsecond timer. */
#define TIMER_ALARM0 0x40054010u
#define TIMER_RAW_HIGH 0x40054024u
#define TIMER_RAW_LOW 0x40054028u
#define TIMER_INTR 0x40054034u
#define TIMER_INTE 0x40054038u

/* Analogue-to-digital converter. */
#define ADC_CS 0x4004C000u
#define ADC_FCS 0x4004C008u
#define ADC_FIFO 0x4004C00Cu
#define ADC_DIV 0x4004C010u
#define ADC_ENABLE (1u << 0)
#define ADC_START_MANY (1u << 3)
#define ADC_READY (1u << 8)
#define ADC_ROUND_ROBIN(mask) ((uint32_t)(mask) << 16)
#define ADC_FIFO_ENABLE (1u << 0)
#define ADC_FIFO_DREQ (1u << 3)
#define ADC_FIFO_EMPTY (1u << 8)
#define ADC_FIFO_UNDER (1u << 10)
#define ADC_FIFO_OVER (1u << 11)
#define ADC_FIFO_THRESHOLD(n) ((uint32_t)(n) << 24)

/* DMA. */
#define DMA_READ(channel) (0x50000000u + 0x40u * (channel))
#define DMA_WRITE(channel) (0x50000004u + 0x40u * (channel))
#define DMA_COUNT(channel) (0x50000008u + 0x40u * (channel))
#define DMA_CTRL_START(channel) (0x5000000Cu + 0x40u * (channel))
#define DMA_CTRL(channel) (0x50000010u + 0x40u * (channel))
#define DMA_COUNT_START(channel) (0x5000001Cu + 0x40u * (channel))
#define DMA_ABORT 0x50000444u
#define DMA_ENABLE (1u << 0)
#define DMA_16_BIT (1u << 2)
#define DMA_32_BIT (2u << 2)
#define DMA_WRITE_STEPS (1u << 5)
#define DMA_RING_WRITE(bits) (((uint32_t)(bits) << 6) | (1u << 10))
#define DMA_CHAIN_TO(channel) ((uint32_t)(channel) << 11)
#define DMA_PACED_BY(request) ((uint32_t)(request) << 15)
#define DMA_REQUEST_ADC 36u
#define DMA_UNPACED 63u

/* PWM. */
#define PWM_CSR(slice) (0x40050000u + 0x14u * (slice))
#define PWM_DIV(slice) (0x40050004u + 0x14u * (slice))
#define PWM_COUNTER(slice) (0x40050008u + 0x14u * (slice))
#define PWM_COMPARE(slice) (0x4005000Cu + 0x14u * (slice))
#define PWM_TOP(slice) (0x40050010u + 0x14u * (slice))
#define PWM_ENABLE (1u << 0)
#define PWM_INVERT_A (1u << 2)

/* UART0, an ARM PL011. */
#define UART_DATA 0x40034000u
#define UART_FLAGS 0x40034018u
#define UART_BAUD_WHOLE 0x40034024u
#define UART_BAUD_64TH 0x40034028u
#define UART_LINE 0x4003402Cu
#define UART_CTRL 0x40034030u
#define UART_FIFO_LEVELS 0x40034034u
#define UART_INT_MASK 0x40034038u
#define UART_INT_MASKED 0x40034040u
#define UART_INT_CLEAR 0x40034044u
#define UART_RX_EMPTY (1u << 4)
#define UART_TX_FULL (1u << 5)
#define UART_RX_INT (1u << 4)
#define UART_RX_TIMEOUT_INT (1u << 6)
#define UART_DATA_OVERRUN (1u << 11)

/* USB device controller. */
#define USB_MEMORY 0x50100000u
#define USB_ENDPOINT_CTRL(endpoint, out) (USB_MEMORY + 8u * (endpoint) + 4u * (out))
#define USB_BUFFER_CTRL(endpoint, out) (USB_MEMORY + 0x80u + 8u * (endpoint) + 4u * (out))
#define USB_ADDRESS 0x50110000u
#define USB_MAIN_CTRL 0x50110040u
#define USB_SIE_CTRL 0x5011004Cu
#define USB_SIE_STATUS 0x50110050u
#define USB_BUFFER_STATUS 0x50110058u
#define USB_STALL_ARM 0x50110068u
#define USB_MUXING 0x50110074u
#define USB_POWER 0x50110078u
#define USB_INTE 0x50110090u
#define USB_INTS 0x50110098u
#define USB_INT_BUFFER (1u << 4)
#define USB_INT_RESET (1u << 12)
#define USB_INT_SETUP (1u << 16)
#define USB_SIE_EP0_INT (1u << 29)
#define USB_SIE_PULL_UP (1u << 16)
#define USB_STATUS_SETUP (1u << 17)
#define USB_STATUS_RESET (1u << 19)
#define USB_BUFFER_FULL (1u << 15)
#define USB_BUFFER_DATA1 (1u << 13)
#define USB_BUFFER_STALL (1u << 11)
#define USB_BUFFER_READY (1u << 10)
#define USB_BUFFER_LENGTH 0x3FFu

/* Serial flash controller. */
#define SSI_DATA 0x18000060u
#define SSI_STATUS 0x18000028u
#define SSI_TX_NOT_FULL (1u << 1)
#define SSI_RX_NOT_EMPTY (1u << 3)
#define FLASH_MAPPED 0x10000000u

/* Cortex-M0+. */
#define SYSTICK_CTRL 0xE000E010u
#define SYSTICK_RELOAD 0xE000E014u
#define SYSTICK_NOW 0xE000E018u
#define NVIC_ENABLE 0xE000E100u
#define IRQ_TIMER0 0u
#define IRQ_USB 5u
#define IRQ_UART0 20u

#endif
