#include "ed_contact.h"

#define CLOSED_BELOW 1024u
#define RESISTOR_BELOW 3072u
#define SURE 3u /* readings in a row: a switch bounces, a converter errs */

void ed_contact_start(struct ed_contact *contact)
{
    *contact = (struct ed_contact){0};
}

void ed_contact_hear(struct ed_contact *contact, uint16_t reading, uint32_t t_us)
{
    bool closed = reading < RESISTOR_BELOW;
    if (closed != contact->closed) {
        if (++contact->readings < SURE) {
            return;
        }
        contact->closed = closed;
        contact->since_us = t_us;
        contact->touched = ED_TOUCH_NONE;
    }
    contact->readings = 0;
    if (!closed) {
        contact->told = false;
        return;
    }
    contact->ever = true;
    contact->closed_us = t_us;
    if (reading < CLOSED_BELOW) {
        contact->touched = ED_TOUCH_EDGE;
    } else if (contact->touched == ED_TOUCH_NONE) {
        contact->touched = ED_TOUCH_BELL;
    }
}

enum ed_touch ed_contact_since(const struct ed_contact *contact, uint32_t from_us)
{
    if (!contact->ever || (int32_t)(contact->closed_us - from_us) < 0) {
        return ED_TOUCH_NONE;
    }
    return contact->touched;
}

bool ed_contact_choked(struct ed_contact *contact, uint32_t now_us, uint32_t held_us)
{
    if (!contact->closed || contact->told || now_us - contact->since_us < held_us) {
        return false;
    }
    contact->told = true;
    return true;
}
