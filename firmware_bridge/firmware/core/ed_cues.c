#include "ed_cues.h"

/* Worked out when something has changed, so that looking costs one comparison. */
static void find_next(struct ed_cues *cues)
{
    uint64_t next_us = cues->done < cues->count ? cues->cues[cues->done].at_us : UINT64_MAX;
    for (uint8_t id = 0; id < ED_OUTPUTS; id++) {
        const struct ed_output *output = &cues->outputs[id];
        if (output->timed && output->off_us < next_us) {
            next_us = output->off_us;
        }
    }
    cues->next_us = next_us;
}

void ed_cues_start(struct ed_cues *cues)
{
    for (uint8_t id = 0; id < ED_OUTPUTS; id++) {
        cues->outputs[id].level = 0;
        cues->outputs[id].timed = false;
    }
    cues->changed = true;
    ed_cues_forget(cues);
}

bool ed_cues_take(struct ed_cues *cues, const struct ed_cue *cue)
{
    if (cues->count >= ED_CUES) {
        return false;
    }
    uint8_t at = cues->count++;
    while (at > cues->done && cues->cues[at - 1].at_us > cue->at_us) {
        cues->cues[at] = cues->cues[at - 1];
        at--;
    }
    cues->cues[at] = *cue;
    find_next(cues);
    return true;
}

void ed_cues_forget(struct ed_cues *cues)
{
    cues->count = 0;
    cues->done = 0;
    find_next(cues);
}

void ed_cues_run(struct ed_cues *cues, uint64_t now_us)
{
    if (now_us < cues->next_us) {
        return;
    }
    for (uint8_t id = 0; id < ED_OUTPUTS; id++) {
        struct ed_output *output = &cues->outputs[id];
        if (output->timed && output->off_us <= now_us) {
            output->timed = false;
            output->level = 0;
        }
    }
    while (cues->done < cues->count && cues->cues[cues->done].at_us <= now_us) {
        struct ed_cue *cue = &cues->cues[cues->done++];
        struct ed_output *output = &cues->outputs[cue->id];
        output->level = cue->value;
        output->timed = cue->duration_us != 0;
        output->off_us = now_us + cue->duration_us;
        cue->at_us = now_us;
    }
    cues->changed = true;
    find_next(cues);
}

bool ed_cues_answer(struct ed_cues *cues, struct ed_cue *cue)
{
    if (cues->done == 0) {
        return false;
    }
    *cue = cues->cues[0];
    cues->count--;
    cues->done--;
    for (uint8_t i = 0; i < cues->count; i++) {
        cues->cues[i] = cues->cues[i + 1];
    }
    return true;
}
