#include "usb.h"

#include <avr/io.h>

#include "../clock.h"
#include "control.h"
#include "descriptors.h"
#include "endpoints.h"

/* A packet is never filled to the brim: one that is full would say that more is coming. */
#define MOST (ED_USB_PACKET - 1u)

/* A packet is being read, and when it was seen first. No interrupt: it is looked for at every round of readings,
 * and one that was seen late has a long way there, as the host sees it, and counts little. */
static bool reading;
static uint16_t packet_ticks;

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
        reading = false;
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

bool ed_usb_is_empty(void)
{
    ed_endpoint_choose(ED_USB_OUT);
    return !(UEINTX & _BV(RWAL));
}

bool ed_usb_next(uint8_t *byte, uint16_t *ticks)
{
    if (ed_usb_is_empty()) {
        return false;
    }
    if (!reading) {
        reading = true;
        packet_ticks = ed_clock_ticks();
        UEINTX = (uint8_t)~_BV(RXOUTI);
    }
    *byte = UEDATX;
    *ticks = packet_ticks;
    if (UEBCLX == 0) {
        reading = false;
        UEINTX = (uint8_t)~_BV(FIFOCON);
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
