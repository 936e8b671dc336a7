/* Lights and motors at times of the board's clock. */
#ifndef ED_CUES_H
#define ED_CUES_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

struct ed_cue {
    uint64_t at_us; /* when it is due; once done, when it was */
    uint32_t duration_us;
    uint16_t value;
    uint8_t id;
    uint8_t seq; /* of the question */
};

struct ed_output {
    uint64_t off_us;
    uint16_t level;
    bool timed; /* goes off at off_us */
};

struct ed_cues {
    struct ed_cue cues[ED_CUES]; /* in the order of their times; the done ones first */
    struct ed_output outputs[ED_OUTPUTS];
    uint64_t next_us; /* when something is due; UINT64_MAX: nothing is */
    bool changed;     /* an output is not what it was when somebody last looked */
    uint8_t count;
    uint8_t done; /* of these are done, and their answers not yet on the line */
};

void ed_cues_start(struct ed_cues *);
bool ed_cues_take(struct ed_cues *, const struct ed_cue *); /* false: too many wait */
void ed_cues_forget(struct ed_cues *);                      /* drop what waits; what is lit stays lit */
void ed_cues_run(struct ed_cues *, uint64_t now_us);
bool ed_cues_answer(struct ed_cues *, struct ed_cue *);

#endif
