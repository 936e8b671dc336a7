#include "usb.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "control.h"
#include "descriptors.h"
#include "endpoints.h"

/* A packet is never filled to the brim: one that is full would say that more is coming. */
#define MOST (ED_USB_PACKET - 1u)

/* When the packet came that waits to be read. */
static volatile uint16_t packet_ticks;

/* Only to know when: the main loop takes the packet, and asks to be told of the next. */
ISR(USB_COM_vect)
{
    uint8_t chosen = UENUM;
    UENUM = ED_USB_OUT;
    UEIENX = 0;
    packet_ticks = TCNT1;
    UENUM = chosen;
}

void ed_usb_start(uint64_t id)
{
    ed_control_start(id);
    UHWCON = _BV(UVREGE);
    USBCON = _BV(USBE) | _BV(FRZCLK);
    PLLCSR = _BV(PINDIV) | _BV(PLLE);
    while (!(PLLCSR & _BV(PLOCK))) {
    }
    USBCON = _BV(USBE) | _BV(OTGPADE);
    UDCON = 0; /* full speed; there we are */
}

void ed_usb_run(void)
{
    if (UDINT & _BV(EORSTI)) {
        UDINT = (uint8_t)~_BV(EORSTI);
        ed_control_reset();
    }
    ed_control_run();
}

bool ed_usb_is_open(void)
{
    return ed_control_is_open();
}

bool ed_usb_wants_image(void)
{
    return ed_control_wants_image();
}

bool ed_usb_next(uint8_t *byte, uint16_t *ticks)
{
    if (!ed_control_is_configured()) {
        return false;
    }
    ed_endpoint_choose(ED_USB_OUT);
    if (!(UEINTX & _BV(RWAL))) {
        return false;
    }
    *byte = UEDATX;
    cli();
    *ticks = packet_ticks;
    sei();
    if (UEBCLX == 0) {
        UEINTX = (uint8_t)~(_BV(RXOUTI) | _BV(FIFOCON));
        UEIENX = _BV(RXOUTE);
    }
    return true;
}

uint8_t ed_usb_room(void)
{
    if (!ed_control_is_configured()) {
        return 0;
    }
    ed_endpoint_choose(ED_USB_IN);
    return UEINTX & _BV(RWAL) ? (uint8_t)(MOST - UEBCLX) : 0;
}

void ed_usb_write(const uint8_t *bytes, uint8_t count)
{
    ed_endpoint_choose(ED_USB_IN);
    for (uint8_t n = 0; n < count; n++) {
        UEDATX = bytes[n];
    }
}

void ed_usb_flush(void)
{
    ed_endpoint_choose(ED_USB_IN);
    if (UEBCLX != 0) {
        UEINTX = (uint8_t)~(_BV(TXINI) | _BV(FIFOCON));
    }
}
