/* The conversation with the host. What is asked is done at once and remembered as a small record; the
 * frames are made when the line takes them, so that their times are true and waiting costs little. */
#ifndef ED_TALK_H
#define ED_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_line.h"
#include "ed_sizes.h"

/* A question whose answer waits for the line. */
struct ed_answer {
    union {
        struct {
            uint64_t t_rx_us;
            uint32_t token;
        } ping;
        struct {
            uint32_t first;
            uint32_t last;
        } resend;
        struct {
            int32_t value;
            uint16_t id;
            uint8_t index;
        } param;
        struct {
            uint8_t pad;
            uint8_t on;
        } watch;
        uint8_t first;
        uint8_t reason; /* when refused */
    } about;
    uint8_t type; /* of the question */
    uint8_t seq;
    bool refused;
};

enum ed_save_state { ED_SAVE_IDLE, ED_SAVE_ASKED, ED_SAVE_DONE, ED_SAVE_FAILED };

struct ed_talk {
    struct ed_rx rx;
    struct ed_tx tx;
    struct ed_answer answers[ED_ANSWERS]; /* a ring */
    uint64_t beat_us;                     /* when the next heartbeat is due */
    uint32_t resend_next;                 /* hits on their way once more: from this number */
    uint32_t resend_last;                 /* to this one */
    uint8_t first_answer;
    uint8_t answers_count;
    uint8_t unasked;  /* counts the frames that nobody asked for */
    uint8_t save_seq; /* of the Save that waits */
    uint8_t save;     /* of ed_save_state */
    bool resending;
    bool announced;  /* the unasked HelloAck is said */
    bool beat_waits; /* a heartbeat is due and not on the line yet */
    bool understood; /* false: the last Hello knew no version of ours */
};

struct ed_board;

void ed_talk_start(struct ed_board *, uint64_t now_us);

/* A frame has come (talk.rx holds it): do what it asks, and remember what to answer. */
void ed_ask(struct ed_board *, uint64_t t_rx_us);

/* The port has kept the parameters, or has not. */
void ed_talk_saved(struct ed_board *, bool ok);

/* Whatever is most pressing becomes the frame in talk.tx; false: there is nothing to say. */
bool ed_say(struct ed_board *, uint64_t now_us);
bool ed_has_to_say(const struct ed_board *);

#endif
