/* A light and a motor on pins with pulse width modulation. */
#ifndef ED_AVR_OUTPUTS_H
#define ED_AVR_OUTPUTS_H

#include <stdint.h>

void ed_outputs_start(void);

/* 0 off to 65535, of which the upper 8 bits are seen. */
void ed_outputs_set(uint8_t id, uint16_t level);

#endif
