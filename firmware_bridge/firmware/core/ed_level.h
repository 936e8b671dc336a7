/* How strong a signal is, as the ear has it: logarithms in whole numbers. */
#ifndef ED_LEVEL_H
#define ED_LEVEL_H

#include <stdint.h>

/* An octave (6.02 dB) in units of a level. */
#define ED_OCTAVE 1024u

/* log2(amplitude) in ED_OCTAVEs; 0 for an amplitude of 0 or 1. Exact to 3 units (0.02 dB). */
uint16_t ed_level_of(uint16_t amplitude);

/* The lowest amplitude that has at least this level; 65535 when none has. */
uint16_t ed_level_amplitude(uint16_t level);

/* Decibels as a level. */
uint16_t ed_level_of_db(uint8_t db);

#endif
