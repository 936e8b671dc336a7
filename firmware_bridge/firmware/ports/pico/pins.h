/* What is wired to which pin of a Raspberry Pi Pico. */
#ifndef ED_PICO_PINS_H
#define ED_PICO_PINS_H

#define ED_PIN_UART_TX 0u
#define ED_PIN_UART_RX 1u

/* Select lines of both multiplexers, lowest bit first; each the A output of a PWM slice of its own. */
#define ED_PIN_SELECT_0 2u
#define ED_PIN_SELECT_1 4u
#define ED_PIN_SELECT_2 6u

/* Lights and motors: 8 outputs from GP9 to GP16, each half of a PWM slice (4B to 7B, 0A). */
#define ED_PIN_OUTPUTS 9u
#define ED_SLICE(pin) (((pin) / 2u) % 8u)

/* The light on the board itself hangs on slice 4B, too: it shows what output 0 shows. */
#define ED_PIN_OWN_LIGHT 25u

/* Converter inputs: heads or multiplexer A, rims or multiplexer B, hi-hat controller. */
#define ED_PIN_ADC 26u

#endif
