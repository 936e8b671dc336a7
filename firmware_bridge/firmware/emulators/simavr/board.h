/* An Arduino in libsimavr: what is fed into it and what it says. */
#ifndef ED_SIM_BOARD_H
#define ED_SIM_BOARD_H

#include <simavr/sim_avr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One input of the converter after the other, as they are called on the board: A0 to A5. */
#define SIM_CHANNELS 6

struct sim_board {
    avr_t *avr;
    bool leonardo;
    FILE *log;
    /* The waveform: frames of `channels` readings of 12 bits. */
    const uint16_t *wave;
    uint64_t frames;
    uint32_t channels;
    double wave_hz;
    double wave_at_us;   /* when its first frame is there */
    uint16_t converting; /* the reading that is being converted */
    uint16_t shown;      /* what the converter gave last, in millivolts */
    struct avr_irq_t *inputs[8];
    struct avr_irq_t *trigger;
    struct avr_irq_t *line;
    uint64_t slept;      /* cycles */
    uint64_t awake_since;
    uint64_t longest_awake;
    uint64_t awake_from; /* from when on that is looked at */
    bool was_reset;      /* by its watchdog */
    /* Whoever takes what the board says. */
    void (*said)(struct sim_board *, uint8_t byte);
};

avr_t *sim_board_make(struct sim_board *, const char *mcu, const char *hex_path);

/* A byte on the line now. */
void sim_board_hear(struct sim_board *, uint8_t byte);

void sim_board_load_eeprom(struct sim_board *, const char *path);

/* As it is when the power goes: a byte that is just being written is anything. */
void sim_board_save_eeprom(struct sim_board *, const char *path, uint32_t seed);

/* Bytes of the memory that nothing has ever written to, between the variables and the stack. */
unsigned sim_board_untouched(const struct sim_board *);

static inline double sim_us(const struct sim_board *board)
{
    return (double)board->avr->cycle / 16.0;
}

#endif
