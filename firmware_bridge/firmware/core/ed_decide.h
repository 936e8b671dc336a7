/* What a scanned strike was: how hard, where, and whether it was one at all. */
#ifndef ED_DECIDE_H
#define ED_DECIDE_H

#include "ed_kit.h"

/* Whether the pad was struck, be it told or not. */
bool ed_decide(struct ed_kit *, uint8_t pad, struct ed_outbox *);

void ed_decide_choke(struct ed_contact *, const struct ed_params *, uint8_t pad, struct ed_outbox *, uint32_t now_us);
void ed_decide_foot(struct ed_foot *, uint8_t pad, struct ed_outbox *, uint32_t now_us);

#endif
