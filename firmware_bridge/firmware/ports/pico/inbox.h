/* Bytes from the host on their way from an interrupt to the core, with the times at which they came. */
#ifndef ED_PICO_INBOX_H
#define ED_PICO_INBOX_H

#include <stdbool.h>
#include <stdint.h>

void ed_inbox_put(uint8_t byte, uint32_t t_us); /* in an interrupt; one too many is counted */
bool ed_inbox_take(uint8_t *byte, uint32_t *t_us);
bool ed_inbox_has_room(uint32_t bytes);
void ed_inbox_lose(void);          /* a byte that the hardware lost */
uint32_t ed_inbox_take_lost(void); /* since the last call */

#endif
