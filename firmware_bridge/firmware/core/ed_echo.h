/* How loud and how late one pad is heard on another: learned while somebody plays.
 *
 * A stand carries the same part of every strike from one pad to another, and takes the same time for it. Two
 * hands do not: so a soft hit that lies under a louder strike as it always does, and behind it as it always
 * does, is an echo, and one that does not is a strike, however soft. */
#ifndef ED_ECHO_H
#define ED_ECHO_H

#include <stdbool.h>
#include <stdint.h>

/* From one pad to another. Two bytes: there are thirty of them on a board with 2 KB of memory. */
struct ed_echo {
    uint8_t under;    /* how far under its cause, in ED_ECHO_LEVEL */
    uint8_t late : 5; /* how long behind it, in ED_ECHO_US */
    uint8_t sure : 3; /* how often it was just so; 0: nothing is known */
};

#define ED_ECHO_LEVEL 32u /* of a level: 0.19 dB */
#define ED_ECHO_US 256u
#define ED_ECHO_LATEST_US 9000u /* nothing is carried longer */
#define ED_ECHO_LOUDEST (14u * 170u) /* what is less far under the other is no echo on any stand */

/* Whether a hit is an echo: no; when more than one pad was struck, since echoes add up; yes. */
enum ed_echo_fit { ED_ECHO_NO, ED_ECHO_IN_CROWD, ED_ECHO_YES };

/* A hit so far under the only strike that it can come of, and so late: perhaps an echo. */
void ed_echo_learn(struct ed_echo *, uint16_t under, uint16_t late_us);

bool ed_echo_known(const struct ed_echo *);

/* Whether a hit is this echo, which is known. */
enum ed_echo_fit ed_echo_fits(const struct ed_echo *, uint16_t under, int16_t late_us);

#endif
