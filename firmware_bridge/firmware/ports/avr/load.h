/* How busy the processor is: what it does not sleep. */
#ifndef ED_AVR_LOAD_H
#define ED_AVR_LOAD_H

#include <stdint.h>

/* Sleeps until there is a round of readings, if there is none yet. */
void ed_load_sleep(void);

/* Percent of the time since the last question that it was awake; asked once a second or so. */
uint8_t ed_load_percent(uint32_t now_us);

#endif
