/* What the board tells a USB host of itself: a serial line of class CDC ACM. */
#ifndef ED_PICO_USB_DESCRIPTORS_H
#define ED_PICO_USB_DESCRIPTORS_H

#include <stdint.h>

#define ED_USB_NOTICE_ENDPOINT 1u
#define ED_USB_DATA_ENDPOINT 2u
#define ED_USB_PACKET 64u

/* The serial number that the third text says. */
void ed_usb_set_serial(uint64_t id);

/* A descriptor and its length; null: there is none of this type and index. */
const uint8_t *ed_usb_descriptor(uint8_t type, uint8_t index, uint16_t *length);

#endif
