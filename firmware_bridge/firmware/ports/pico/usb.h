/* The USB serial line of the board's own. */
#ifndef ED_PICO_USB_H
#define ED_PICO_USB_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_board.h"

void ed_usb_start(void);

/* Whether a program on the host has the line open. */
bool ed_usb_is_open(void);

/* Says as much as the next packet takes, when the last one has gone. */
void ed_usb_send(struct ed_board *);

/* Lets the host send again, when there was no room and now is. */
void ed_usb_receive_more(void);

/* Whether the host opened and closed the line at 1200 baud: "take a new image", as many boards know it. */
bool ed_usb_wants_image(void);

#endif
