/* What went wrong since the start, as Heartbeat says it; nothing is lost without being counted.
 * The port adds to those that only it can know. */
#ifndef ED_COUNTS_H
#define ED_COUNTS_H

#include <stdint.h>

struct ed_counts {
    uint32_t bad_frames;
    uint32_t overruns;     /* bytes lost in receiving; the port adds its own */
    uint32_t adc_overruns; /* readings lost; the port's */
    uint32_t passed_over;  /* right frames that are no question */
    uint8_t load_percent;  /* of the processor; the port's */
};

#endif
