/* The board's clock. In QEMU it follows the host's own. */
#ifndef ED_M3_CLOCK_H
#define ED_M3_CLOCK_H

#include <stdint.h>

void ed_clock_start(void);

/* Microseconds since the start, in interrupts as well; to be asked at least every 171 s. */
uint64_t ed_clock_us(void);

#endif
