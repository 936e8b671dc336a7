/* How loud and how late one pad is heard on another: learned while somebody plays.
 *
 * A stand carries the same part of every strike from one pad to another, and takes the same time for it. Two
 * hands do not: so a soft hit that lies under a louder strike as it always does, and behind it as it always
 * does, is an echo, and one that does not is a strike, however soft. */
#ifndef ED_ECHO_H
#define ED_ECHO_H

#include <stdbool.h>
#include <stdint.h>

/* From one pad to another. */
struct ed_echo {
    uint8_t under; /* how far under its cause, in ED_ECHO_LEVEL */
    uint8_t late;  /* how long behind it, in ED_ECHO_US */
    uint8_t sure;  /* how often it was just so; 0: nothing is known */
};

#define ED_ECHO_LEVEL 32u /* of a level: 0.19 dB */
#define ED_ECHO_US 64u
#define ED_ECHO_LATEST_US 9000u /* nothing is carried longer */
#define ED_ECHO_LOUDEST (14u * 170u) /* what is less far under the other is no echo on any stand */

/* A hit so far under the only strike that it can come of, and so late: perhaps an echo. */
void ed_echo_learn(struct ed_echo *, uint16_t under, uint16_t late_us);

bool ed_echo_known(const struct ed_echo *);

/* Whether a hit is this echo. `crowd`: more than one pad was struck, and echoes add up. */
bool ed_echo_is(const struct ed_echo *, uint16_t under, int32_t late_us, bool crowd);

#endif
