#include "wire.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "clock.h"
#include "ed_hot.h"
#include "pins.h"
#include "uart.h"

#if ED_HAS_USB
#include "usb/usb.h"
#endif

/* Bytes heard in one turn: as many as come in the time of a round. */
#define ED_HEAR_AT_ONCE 13u
#define ED_SAY_AT_ONCE 8u
/* Into one packet: a hit's frame is 18 bytes. */
#define ED_PIECES_AT_ONCE 3u

/* Not all could be said. */
static bool saying;

void ed_wire_start(uint64_t board_id)
{
    ed_uart_start();
#if ED_HAS_USB
    ed_usb_start(board_id);
#else
    (void)board_id;
#endif
}

/* The cable first: while a program has it open, the UART's bytes are nobody's. */
static bool next(uint8_t *byte, uint16_t *ticks)
{
#if ED_HAS_USB
    if (ed_usb_next(byte, ticks)) {
        return true;
    }
    if (ed_usb_is_open()) {
        return false;
    }
#endif
    return ed_uart_next(byte, ticks);
}

static bool hear(struct ed_board *board)
{
    uint8_t byte = 0;
    uint16_t ticks = 0;
    uint8_t n = 0;
    for (; n < ED_HEAR_AT_ONCE && ed_board_ready(board) && next(&byte, &ticks); n++) {
        uint64_t t_us = 0;
        /* Only the zero that ends a frame is asked for its time, and 64 bits are slow here. */
        if (byte == 0) {
            uint64_t now_us = ed_clock_now_us();
            t_us = now_us - (uint16_t)(ed_clock_ticks() - ticks) / ED_TICKS_PER_US;
        }
        ed_board_receive(board, byte, t_us);
    }
    return n != 0;
}

#if ED_HAS_USB
static void say_by_usb(struct ed_board *board)
{
    uint8_t bytes[ED_SAY_AT_ONCE];
    uint8_t room;
    for (uint8_t n = 0; n < ED_PIECES_AT_ONCE && (room = ed_usb_room()) != 0; n++) {
        uint8_t most = room < ED_SAY_AT_ONCE ? room : ED_SAY_AT_ONCE;
        uint8_t count = (uint8_t)ed_board_send(board, bytes, most, ed_clock_now_us());
        if (count == 0) {
            break;
        }
        ed_usb_write(bytes, count);
    }
    ed_usb_flush();
}
#endif

static void say_by_uart(struct ed_board *board)
{
    uint8_t bytes[ED_SAY_AT_ONCE];
    if (ed_uart_room() >= ED_SAY_AT_ONCE) {
        uint64_t leaves_us = ed_clock_now_us() + ed_uart_waiting() * ED_BYTE_US;
        ed_uart_write(bytes, (uint8_t)ed_board_send(board, bytes, ED_SAY_AT_ONCE, leaves_us));
    }
}

/* A little of it: a frame takes long to make, and other things have their turn in between. False: nothing is
 * left to say. */
static bool say(struct ed_board *board)
{
#if ED_HAS_USB
    if (ed_usb_is_open()) {
        say_by_usb(board);
        return ed_board_has_to_say(board);
    }
#endif
    say_by_uart(board);
    return ed_board_has_to_say(board);
}

#if ED_HAS_USB
/* The bootloader looks for this word when the watchdog has reset the chip: old ones in the middle of the memory,
 * where an interrupt may still write, newer ones at its end. */
static void make_room_for_an_image(void)
{
    cli();
    *(volatile uint16_t *)0x0800 = 0x7777;
    *(volatile uint16_t *)(RAMEND - 1) = 0x7777;
    wdt_enable(WDTO_120MS);
    for (;;) {
    }
}
#endif

static ED_APART void run(struct ed_board *board, bool something_new)
{
#if ED_HAS_USB
    ed_usb_run();
    if (ed_usb_wants_image()) {
        make_room_for_an_image();
    }
#endif
    if (hear(board) || something_new || saying) {
        saying = say(board);
    }
}

static bool is_empty(void)
{
#if ED_HAS_USB
    return ed_usb_is_empty() && ed_uart_is_empty();
#else
    return ed_uart_is_empty();
#endif
}

void ed_wire_run(struct ed_board *board, bool something_new)
{
    if (something_new || saying || !is_empty()) {
        run(board, something_new);
    }
}

uint16_t ed_wire_take_lost(void)
{
    return ed_uart_take_lost();
}
