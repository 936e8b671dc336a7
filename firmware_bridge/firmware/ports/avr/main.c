/* The trigger board's firmware on an Arduino. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>
#include <stddef.h>

#include "clock.h"
#include "ed_board.h"
#include "ed_hot.h"
#include "ed_rom.h"
#include "identity.h"
#include "keeper.h"
#include "load.h"
#include "outputs.h"
#include "pins.h"
#include "sampler.h"
#include "wire.h"

#ifndef ED_FIRMWARE
#define ED_FIRMWARE "edrum 0.1"
#endif
/* The longest without looking what is due: for what is not told beforehand, a choke or a pedal. */
#define ED_RUN_EVERY_US 2000u
#define ED_LOAD_EVERY_US 1000000UL

static const char firmware[] ED_ROM = ED_FIRMWARE;
static const char kind[] ED_ROM = ED_BOARD_NAME;
static struct ed_board board;
static struct ed_about about;
static uint16_t run_at_ticks;
/* A light or a motor changes then, soon. */
static bool light_waits;
static uint16_t light_at_ticks;
static uint32_t load_at_us;

static ED_APART void start(void)
{
    ed_clock_start();
    about.board_id = ed_identity_board();
    about.clock_hz = 1000000UL; /* stamps are whole microseconds */
    about.period_ns = 1000UL * ED_CONVERSION_US * ED_CHANNELS;
    about.capabilities = ED_CAN_LED | ED_CAN_HAPTIC | ED_CAN_SAVE | ED_CAN_POSITION;
    about.firmware = firmware;
    about.board = kind;
    about.outputs = ED_OUTPUTS;
    about.lights = _BV(ED_LIGHT);
    uint32_t boot = ed_identity_boot();

    ed_outputs_start();
    ed_wire_start(about.board_id);
    ed_board_start(&board, &about, boot, 0);
    ed_keeper_restore(&board);
    ed_clock_hold();
    ed_clock_start();
    ed_sampler_start();
    ed_clock_go();
    sei();
}

static bool is_past(uint16_t ticks)
{
    return (int16_t)(ed_clock_ticks() - ticks) >= 0;
}

/* When that is by the clock's ticks, but not later than is looked anyway. */
static uint16_t ticks_of(uint64_t t_us, uint64_t now_us, uint16_t now_ticks)
{
    uint16_t wait_us = ED_RUN_EVERY_US;
    if (t_us < now_us + ED_RUN_EVERY_US) {
        wait_us = t_us > now_us ? (uint16_t)(t_us - now_us) : 0;
    }
    return (uint16_t)(now_ticks + wait_us * ED_TICKS_PER_US);
}

static ED_APART void do_what_is_due(void)
{
    uint64_t now_us = ed_clock_now_us();
    board.counts.adc_overruns += ed_sampler_take_lost();
    board.counts.overruns += ed_wire_take_lost();
    if ((int32_t)((uint32_t)now_us - load_at_us) >= 0) {
        load_at_us += ED_LOAD_EVERY_US;
        board.counts.load_percent = ed_load_percent((uint32_t)now_us);
    }
    ed_board_run(&board, now_us);
    if (ed_board_outputs_changed(&board)) {
        for (uint8_t id = 0; id < ED_OUTPUTS; id++) {
            ed_outputs_set(id, ed_board_output(&board, id));
        }
    }
    ed_keeper_run(&board);
    uint16_t now_ticks = ed_clock_ticks();
    run_at_ticks = ticks_of(ed_board_next_us(&board, now_us), now_us, now_ticks);
    light_waits = board.cues.next_us < now_us + ED_RUN_EVERY_US;
    light_at_ticks = ticks_of(board.cues.next_us, now_us, now_ticks);
}

/* In between all that takes long: who watches a light sees its time, who waits for a word does not. */
static void mind_lights(void)
{
    if (light_waits && is_past(light_at_ticks)) {
        do_what_is_due();
    }
}

/* The rounds that are there; when there are ever more, other things have their turn, too. */
static ED_APART void listen(void)
{
    for (uint8_t n = 0; n < ED_ROUNDS && ed_sampler_has_round(); n++) {
        uint32_t t_us;
        const uint16_t *round = ed_sampler_round(&t_us);
        if (round != NULL) {
            ed_board_sweep(&board, round, t_us, ED_CONVERSION_US);
        }
        mind_lights();
    }
}

/* What each turn needs of the stack is taken in its own function, and given back. */
int __attribute__((OS_main)) main(void)
{
    wdt_disable();
    start();
    for (;;) {
        listen();
        bool due = ed_board_is_struck(&board) || is_past(run_at_ticks);
        if (due) {
            do_what_is_due();
            listen();
        }
        mind_lights();
        ed_wire_run(&board, due);
        ed_load_sleep();
    }
}
