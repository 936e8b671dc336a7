/* The Leonardo's own USB: a serial line of class CDC ACM. Asked in the main loop's turns; nothing waits. */
#ifndef ED_AVR_USB_H
#define ED_AVR_USB_H

#include <stdbool.h>
#include <stdint.h>

/* Joins the bus; `id` is told as the serial number. Interrupts may be off, and are needed later. */
void ed_usb_start(uint64_t id);

/* Answers what the host asks of the device. */
void ed_usb_run(void);

/* A program has the line open. */
bool ed_usb_is_open(void);

/* The next byte that came, and the clock's ticks when its packet did; false: none. */
bool ed_usb_next(uint8_t *byte, uint16_t *ticks);

/* Room in the packet that is being filled; 0: the host has not fetched the last ones. */
uint8_t ed_usb_room(void);

void ed_usb_write(const uint8_t *bytes, uint8_t count);

/* Whatever was written may go. */
void ed_usb_flush(void);

/* The host wants to flash another image: it opened the line at 1200 baud and closed it. */
bool ed_usb_wants_image(void);

#endif
