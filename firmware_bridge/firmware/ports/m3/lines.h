/* Two serial lines: the host's, and one on which a test asks for the truth.
 *
 * QEMU gives a UART its bytes one by one, some 30 us each, and takes them all at once: a way there that is longer
 * than the way back. So the host's line is made one of 250,000 baud, slower than that, both ways. */
#ifndef ED_M3_LINES_H
#define ED_M3_LINES_H

#include <stdbool.h>
#include <stdint.h>

void ed_lines_start(void);

/* The next byte that the host said, and when it came; false: none has until now. */
bool ed_line_next(uint8_t *byte, uint64_t *t_us);
uint32_t ed_line_take_lost(void);

/* Whether the line takes a byte now. */
bool ed_line_is_ready(void);
void ed_line_write(uint8_t byte);

/* When the next byte will have come; UINT64_MAX: none is on its way. */
uint64_t ed_line_next_us(void);

/* The truth line, all numbers hexadecimal. An output has changed: "L <t_us> <output> <level>". On a byte the clock
 * at once, and the longest turn of the main loop so far: "C <byte> <t_us> <longest_us>". On byte FF the waveform
 * begins: "B <t_us>". */
void ed_truth_light(uint32_t t_us, uint8_t output, uint16_t level);
void ed_truth_turn(uint64_t now_us);
bool ed_truth_says_play(void);
void ed_truth_begun(uint32_t t_us);

void ed_line_interrupt(void);
void ed_truth_interrupt(void);

#endif
