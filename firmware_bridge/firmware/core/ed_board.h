/* A trigger board without a board: bytes, readings and times in; bytes and outputs out.
 *
 * Nothing here is locked, and nothing calls back. A port calls all of it from one context; readings and
 * bytes that come in interrupts go through small buffers of the port's, with their times.
 *
 *     ed_board_start(...); ed_board_restore(slot 0); ed_board_restore(slot 1);
 *     for (;;) {
 *         every reading  -> ed_board_sample
 *         every byte     -> ed_board_receive
 *         ed_board_run(now)
 *         the line has room -> ed_board_send -> the line
 *         ed_board_save  -> memory, a byte or a page at a time -> ed_board_saved
 *         ed_board_output -> the pins
 *         sleep until something comes, or ed_board_next_us
 *     }
 *
 * Times are microseconds since the start of the board; see ed_time.h for a 32-bit timer. */
#ifndef ED_BOARD_H
#define ED_BOARD_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_about.h"
#include "ed_counts.h"
#include "ed_cues.h"
#include "ed_keep.h"
#include "ed_kit.h"
#include "ed_outbox.h"
#include "ed_params.h"
#include "ed_scope.h"
#include "ed_sizes.h"
#include "ed_talk.h"

struct ed_board {
    const struct ed_about *about;
    uint32_t boot_id;
    struct ed_counts counts; /* the port adds to overruns, adc_overruns, and sets load_percent */
    struct ed_params params;
    struct ed_keep keep;
    struct ed_outbox outbox;
    struct ed_kit kit;
    struct ed_cues cues;
    struct ed_scope scope;
    struct ed_talk talk;
};

/* All parameters at their defaults. `about` is not copied. */
void ed_board_start(struct ed_board *, const struct ed_about *, uint32_t boot_id, uint64_t now_us);

/* A slot of kept parameters as it was found, good or not (ED_KEEP_BYTES of it); call it for both. */
void ed_board_restore(struct ed_board *, uint8_t slot, const uint8_t *image, uint16_t length);

/* The same for a memory that is read byte by byte, again for both slots: ed_restore_start, ed_restore_check for
 * all bytes; when then ed_board_restore_begin says so, ed_board_restore_byte for all bytes once more, and
 * ed_board_restore_end. */
bool ed_board_restore_begin(struct ed_board *, struct ed_restore *, uint8_t slot);
void ed_board_restore_byte(struct ed_board *, struct ed_restore *, uint8_t byte);
void ed_board_restore_end(struct ed_board *);

/* One reading of the converter, 12 bits: 0 to 4095 (fewer bits are moved up). */
void ed_board_sample(struct ed_board *, uint8_t channel, uint16_t reading, uint32_t t_us);

/* One reading of every channel, `step_us` apart, the first at `t_us`: the same, for less. */
void ed_board_sweep(struct ed_board *, const uint16_t *readings, uint32_t t_us, uint8_t step_us);

/* One byte from the host, and when it came. */
void ed_board_receive(struct ed_board *, uint8_t byte, uint64_t t_us);

/* Whether there is room for one more answer. A port with flow control (USB) may hold bytes back till then;
 * a question that finds no room is counted in overruns, and the host asks again. */
bool ed_board_ready(const struct ed_board *);

/* Do what is due. Decisions first, so call it before ed_board_send. */
void ed_board_run(struct ed_board *, uint64_t now_us);

/* The next bytes for the line, at most `room`; 0: there is nothing to say. All of one frame: call it again
 * for the next. `now_us` is when the first of them goes onto the line: a port whose buffer is not empty adds
 * what waits there (a Pong's t_tx rather late than early). */
uint16_t ed_board_send(struct ed_board *, uint8_t *out, uint16_t room, uint64_t now_us);

/* Whether ed_board_send has something. */
bool ed_board_has_to_say(const struct ed_board *);

/* When ed_board_run has something to do next, if nothing comes before. */
uint64_t ed_board_next_us(const struct ed_board *, uint64_t now_us);

/* A strike is heard and wants to be decided: ed_board_run has something to do now. */
static inline bool ed_board_is_struck(const struct ed_board *board)
{
    return board->kit.deciding != 0;
}

/* How bright or strong an output is now: 0 off to 65535. */
uint16_t ed_board_output(const struct ed_board *, uint8_t id);

/* Whether one of them may have changed since this was last asked: nobody need look otherwise. */
bool ed_board_outputs_changed(struct ed_board *);

/* The next byte of the kept image to be written; false: none. May be called until `last` in one go, or a
 * byte at a time; behind `last` it is false until ed_board_saved. */
bool ed_board_save(struct ed_board *, struct ed_write *);

/* The image is written, or (at any time) it failed. */
void ed_board_saved(struct ed_board *, bool ok);

#endif
