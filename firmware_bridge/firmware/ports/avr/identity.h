/* Which board this is, and which of its starts: both kept in the EEPROM. */
#ifndef ED_AVR_IDENTITY_H
#define ED_AVR_IDENTITY_H

#include <stdint.h>

/* The EEPROM's first bytes; parameters are kept behind them. */
#define ED_IDENTITY_BYTES 32u

/* The number of this start; no earlier one had it. Takes up to 28 ms. */
uint32_t ed_identity_boot(void);

/* The board's own number; made at its very first start, which takes a second longer. */
uint64_t ed_identity_board(void);

#endif
