/* The control endpoint: who the device is, and how the line is to be set. */
#ifndef ED_AVR_CONTROL_H
#define ED_AVR_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

void ed_control_start(uint64_t id);

/* The bus was reset. */
void ed_control_reset(void);

/* One step of whatever is being asked. */
void ed_control_run(void);

bool ed_control_is_configured(void);

/* A program has the line open (DTR). */
bool ed_control_is_open(void);

/* It was opened at 1200 baud and closed. */
bool ed_control_wants_image(void);

#endif
