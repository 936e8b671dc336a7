/* The core as a library of the host: as many boards as are wanted, driven from outside. */
#ifndef ED_HOST_H
#define ED_HOST_H

#include "ed_board.h"

#define ED_HOST_TEXT 64u

/* The board is first: where a core's function wants one, this will do. */
struct ed_host {
    struct ed_board board;
    struct ed_about about;
    char firmware[ED_HOST_TEXT];
    char name[ED_HOST_TEXT];
};

/* Who a board is, in the order in which Python has it. */
struct ed_host_about {
    uint64_t board_id;
    uint32_t boot_id;
    uint32_t capabilities;
    uint32_t period_ns;
    uint8_t outputs;
    uint8_t lights;
    char firmware[ED_HOST_TEXT];
    char name[ED_HOST_TEXT];
};

/* How big this library's boards are. */
struct ed_host_sizes {
    uint32_t host_bytes;
    uint32_t board_bytes;
    uint32_t keep_bytes;
    uint32_t values_bytes;
    uint16_t channels;
    uint16_t pads;
    uint16_t ring;
    uint16_t cues;
    uint16_t answers;
    uint16_t rx_payload;
    uint16_t tx_payload;
    uint16_t scope;
    uint16_t params;
    uint16_t pedals;
    uint16_t longest_decision_us;
};

struct ed_host_counts {
    uint32_t hits;
    uint32_t bad_frames;
    uint32_t overruns;
    uint32_t hits_dropped;
    uint32_t adc_overruns;
    uint32_t passed_over;
};

void ed_host_sizes(struct ed_host_sizes *);
void ed_host_start(struct ed_host *, const struct ed_host_about *, uint64_t now_us);
void ed_host_receive(struct ed_host *, const uint8_t *bytes, uint32_t length, uint64_t t_us);
void ed_host_counts(const struct ed_host *, struct ed_host_counts *);
void ed_host_count(struct ed_host *, uint32_t overruns, uint32_t adc_overruns, uint8_t load_percent);
void ed_host_strike(struct ed_host *, const struct ed_strike *);
void ed_host_pedal(struct ed_host *, const struct ed_pedal *);
uint32_t ed_host_dc_fault(const struct ed_host *);

/* All parameters' values as the board has them, values_bytes long. */
void ed_host_values(const struct ed_host *, uint8_t *out);

/* Everything there is to say, frame by frame, as far as there is room. */
uint32_t ed_host_say(struct ed_host *, uint8_t *out, uint32_t room, uint64_t now_us);

/* A recording through the board: `sweeps` rows of `channels` readings, the first at `t_us`, a row every
 * `period_ns`, a row's readings `step_ns` apart. Runs behind every row, and says what there is. */
uint32_t ed_host_play(struct ed_host *, const uint16_t *readings, uint32_t sweeps, uint8_t channels, uint64_t t_us,
                      uint32_t period_ns, uint32_t step_ns, uint8_t *out, uint32_t room);

/* One 32-bit timer read after another, as 64 bits. */
void ed_host_time(const uint32_t *timer_us, uint32_t count, uint64_t *time_us);
uint64_t ed_host_time_near(uint64_t now_us, uint32_t timer_us);

#endif
