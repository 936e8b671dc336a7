/* A USB host for the Leonardo: finds out what the device is, opens its serial line, and carries bytes. */
#ifndef ED_SIM_USB_HOST_H
#define ED_SIM_USB_HOST_H

#include "board.h"

/* Plugs the cable in; what is found out goes to the log (U name value). */
void sim_usb_host_start(struct sim_board *);

/* A byte for the device; lost when it does not take any for long. */
void sim_usb_host_write(uint8_t byte);

/* Fetches nothing while it is set: a program that does not read. */
void sim_usb_host_pause(bool paused);

/* Opens the line at 1200 baud and closes it: "take a new image". */
void sim_usb_host_touch(void);

#endif
