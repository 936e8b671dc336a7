/* The trigger board's firmware on a Cortex-M3 in QEMU, where the board's clock is the host's own: what the host
 * makes of its stamps can be held against the truth. Its converter is a piece of memory. */
#include "bench.h"
#include "clock.h"
#include "ed_board.h"
#include "lines.h"
#include "machine.h"

/* The longest sleep; readings of so long are then looked at in one go. */
#define TURN_US 1000u
#define REST 2048u

static const char firmware[] = "edrum 0.1";
static const char kind[] = "MPS2 AN385";
static struct ed_board board;
static struct ed_about about = {
    .board_id = 0x00AD385000000001u,
    .clock_hz = 1000000u,
    .period_ns = ED_PERIOD_US * 1000u,
    .capabilities = ED_CAN_LED | ED_CAN_HAPTIC | ED_CAN_POSITION,
    .firmware = firmware,
    .board = kind,
    .outputs = ED_OUTPUTS,
    .lights = 0xFFu,
};
static uint64_t sweep_us;
static uint32_t sweeps_done;
static uint32_t begin_us = ED_BENCH_WAITS;

static const struct ed_bench *bench(void)
{
    const struct ed_bench *there = (const struct ed_bench *)ED_BENCH_AT;
    return there->magic == ED_BENCH_MAGIC ? there : 0;
}

/* All readings until now. */
static void listen(uint64_t until_us)
{
    static uint16_t quiet[ED_CHANNELS];
    const struct ed_bench *laid = bench();
    for (; sweep_us <= until_us; sweep_us += ED_PERIOD_US) {
        const uint16_t *readings = quiet;
        if (ed_truth_says_play()) {
            begin_us = (uint32_t)sweep_us;
            ed_truth_begun(begin_us);
        }
        if (laid != 0 && laid->sweeps != 0 && begin_us != ED_BENCH_WAITS && sweep_us >= begin_us) {
            readings = &laid->readings[sweeps_done * ED_CHANNELS];
            if (sweeps_done + 1u < laid->sweeps) {
                sweeps_done++;
            }
        } else if (quiet[0] == 0) {
            for (uint32_t channel = 0; channel < ED_CHANNELS; channel++) {
                quiet[channel] = REST;
            }
        }
        ed_board_sweep(&board, readings, (uint32_t)sweep_us, 0);
    }
}

static void hear(void)
{
    uint8_t byte;
    uint64_t t_us;
    while (ed_board_ready(&board) && ed_line_next(&byte, &t_us)) {
        ed_board_receive(&board, byte, t_us);
    }
    board.counts.overruns += ed_line_take_lost();
}

/* A byte, when the line takes one; false: there is nothing to say. */
static bool say(void)
{
    static uint8_t byte;
    static bool waits;
    if (!ed_line_is_ready()) {
        return waits || ed_board_has_to_say(&board);
    }
    if (!waits) {
        waits = ed_board_send(&board, &byte, 1, ed_clock_us()) != 0;
    }
    if (waits) {
        ed_line_write(byte);
        waits = false;
    }
    return ed_board_has_to_say(&board);
}

static void show(void)
{
    static uint16_t shown[ED_OUTPUTS];
    for (uint8_t id = 0; id < ED_OUTPUTS; id++) {
        uint16_t level = ed_board_output(&board, id);
        if (level != shown[id]) {
            shown[id] = level;
            ed_truth_light((uint32_t)ed_clock_us(), id, level);
        }
    }
}

static void sleep_until(uint64_t wake_us)
{
    /* Masked before the line is looked at: a byte that comes now ends the sleep. */
    uint32_t masked = ed_mask_interrupts();
    uint64_t now = ed_clock_us();
    uint64_t line_us = ed_line_next_us();
    wake_us = line_us < wake_us ? line_us : wake_us;
    if (wake_us > now) {
        uint64_t wait_us = wake_us - now < TURN_US ? wake_us - now : TURN_US;
        ED_REG(TIMER0 + TIMER_CTRL) = 0;
        ED_REG(TIMER0 + TIMER_VALUE) = (uint32_t)wait_us * TICKS_A_US;
        ED_REG(TIMER0 + TIMER_RELOAD) = (uint32_t)wait_us * TICKS_A_US;
        ED_REG(TIMER0 + TIMER_CTRL) = TIMER_ON;
        ed_wait_for_interrupt();
    }
    ed_restore_interrupts(masked);
}

/* Semihosting's exit: the emulator ends, with success. */
static void stop(void)
{
    register uint32_t what __asm__("r0") = 0x18;
    register uint32_t why __asm__("r1") = 0x20026;
    __asm__ volatile("bkpt 0xAB" ::"r"(what), "r"(why) : "memory");
}

int main(void)
{
    ed_clock_start();
    const struct ed_bench *laid = bench();
    if (laid != 0) {
        begin_us = laid->begin_us;
    }
    ed_board_start(&board, &about, laid != 0 ? laid->boot_id : 1u, ed_clock_us());
    /* On a grid of its own: the same readings have the same stamps in every run. */
    sweep_us = (ed_clock_us() / ED_PERIOD_US + 1u) * ED_PERIOD_US;
    ed_lines_start();
    for (;;) {
        uint64_t now = ed_clock_us();
        ed_truth_turn(now);
        listen(now);
        hear();
        ed_board_run(&board, ed_clock_us());
        if (ed_board_outputs_changed(&board)) {
            show();
        }
        bool saying = say();
        if (laid != 0 && laid->stop_us != 0 && now >= laid->stop_us) {
            stop();
        }
        /* Between the bytes of a frame there is no time to sleep. */
        if (!saying) {
            sleep_until(ed_board_next_us(&board, ed_clock_us()));
        }
    }
}
