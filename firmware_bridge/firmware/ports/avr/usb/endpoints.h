/* The USB controller's endpoints: one is chosen, and then answers under the same registers. */
#ifndef ED_AVR_ENDPOINTS_H
#define ED_AVR_ENDPOINTS_H

#include <avr/io.h>
#include <stdint.h>

enum ed_endpoint_kind { ED_ENDPOINT_CONTROL, ED_ENDPOINT_NOTICE, ED_ENDPOINT_OUT, ED_ENDPOINT_IN };

static inline void ed_endpoint_choose(uint8_t number)
{
    UENUM = number;
}

/* Chooses it, too. */
static inline void ed_endpoint_make(uint8_t number, enum ed_endpoint_kind kind)
{
    enum { IN = 1, BULK = 2 << 6, INTERRUPT = 3 << 6, BYTES_16 = 1 << 4, BYTES_64 = 3 << 4, TWO_BANKS = 1 << 2 };
    UENUM = number;
    UECONX = _BV(EPEN);
    switch (kind) {
    case ED_ENDPOINT_CONTROL:
        UECFG0X = 0;
        UECFG1X = BYTES_64 | _BV(ALLOC);
        break;
    case ED_ENDPOINT_NOTICE:
        UECFG0X = INTERRUPT | IN;
        UECFG1X = BYTES_16 | _BV(ALLOC);
        break;
    case ED_ENDPOINT_OUT:
        UECFG0X = BULK;
        UECFG1X = BYTES_64 | TWO_BANKS | _BV(ALLOC);
        UEIENX = _BV(RXOUTE);
        break;
    case ED_ENDPOINT_IN:
        UECFG0X = BULK | IN;
        UECFG1X = BYTES_64 | TWO_BANKS | _BV(ALLOC);
        break;
    }
}

static inline void ed_endpoint_reset_all(void)
{
    UERST = 0x1E;
    UERST = 0;
}

/* Flags are cleared by writing 0, and left alone by writing 1. */

/* The control endpoint's packet goes; an empty one says that all is well. */
static inline void ed_endpoint_send(void)
{
    UEINTX = (uint8_t)~_BV(TXINI);
}

static inline void ed_endpoint_take_out(void)
{
    UEINTX = (uint8_t)~_BV(RXOUTI);
}

static inline void ed_endpoint_take_setup(void)
{
    UEINTX = (uint8_t)~(_BV(RXSTPI) | _BV(RXOUTI) | _BV(TXINI));
}

#endif
