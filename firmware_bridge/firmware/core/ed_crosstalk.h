/* Whether a strike is another pad's, come through the stand. */
#ifndef ED_CROSSTALK_H
#define ED_CROSSTALK_H

#include "ed_kit.h"

enum ed_echo { ED_ECHO_NONE, ED_ECHO_SUSPECT, ED_ECHO_SWALLOWED };

enum ed_echo ed_crosstalk_of(struct ed_kit *, uint8_t pad, const struct ed_scan *, uint16_t level, uint16_t velocity);

#endif
