/* A Raspberry Pi Pico as a trigger board: what comes goes to the core, what it says goes to a line, then
 * sleep. */
#include "boot_rom.h"
#include "clocks.h"
#include "ed_board.h"
#include "ed_time.h"
#include "flash.h"
#include "inbox.h"
#include "outputs.h"
#include "registers.h"
#include "sampling.h"
#include "uart.h"
#include "usb.h"
#include "usb_descriptors.h"

#define LOAD_EVERY_US 1000000u

static struct ed_board board;
static struct ed_about about = {
    .clock_hz = 1000000u,
    .period_ns = ED_FRAME_US * 1000u,
    .capabilities = ED_CAN_LED | ED_CAN_HAPTIC | ED_CAN_SAVE | ED_CAN_POSITION,
    .firmware = "edrum 0.1",
    .board = "Raspberry Pi Pico",
    .outputs = ED_OUTPUTS,
    .lights = 0x3Fu, /* the last two are for motors */
};

/* The ring oscillator's noise: another number at every start. */
static uint32_t draw_boot_id(void)
{
    uint32_t id = 0u;
    for (uint32_t i = 0u; i < 32u; i++) {
        const uint64_t then_us = ed_clock_us();
        while (ed_clock_us() == then_us) {
        }
        id = (id << 1) | (ED_REG(ROSC_RANDOM_BIT) & 1u);
    }
    return id;
}

static void receive(void)
{
    uint8_t byte;
    uint32_t t_us;
    const uint64_t now_us = ed_clock_us();
    /* Bytes wait where there is room for them until there is room for an answer. */
    while (ed_board_ready(&board) && ed_inbox_take(&byte, &t_us)) {
        ed_board_receive(&board, byte, ed_time_near(now_us, t_us));
    }
    board.counts.overruns += ed_inbox_take_lost();
    ed_usb_receive_more();
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void say(bool usb)
{
    if (usb) {
        ed_usb_send(&board);
    } else {
        ed_uart_send(&board);
    }
}

static void start(void)
{
    ed_clocks_start();
    about.board_id = ed_flash_id();
    ed_usb_set_serial(about.board_id);
    ed_board_start(&board, &about, draw_boot_id(), ed_clock_us());
    for (uint8_t slot = 0u; slot < ED_KEEP_SLOTS; slot++) {
        ed_board_restore(&board, slot, ed_flash_slot(slot), ED_KEEP_BYTES);
    }
    ed_outputs_start();
    ed_uart_start();
    ed_usb_start();
    ed_sampling_start();
}

int main(void)
{
    uint64_t load_us = LOAD_EVERY_US;
    start();
    for (;;) {
        const uint64_t now_us = ed_clock_us();
        if (now_us >= ed_sampling_due_us()) {
            ed_sampling_drain(&board);
        }
        if (now_us >= load_us) {
            board.counts.load_percent = ed_load_percent();
            load_us += LOAD_EVERY_US;
        }
        receive();
        ed_board_run(&board, ed_clock_us());
        if (ed_board_outputs_changed(&board)) {
            ed_outputs_show(&board);
        }
        const bool usb = ed_usb_is_open();
        say(usb);
        ed_flash_keep(&board);
        if (ed_usb_wants_image()) {
            ed_boot_rom_take_image();
        }
        uint64_t wake_us = earlier(ed_sampling_due_us(), ed_board_next_us(&board, now_us));
        if (!usb && ed_board_has_to_say(&board)) {
            wake_us = earlier(wake_us, ed_uart_room_us());
        }
        ed_sleep_until(wake_us);
    }
}
