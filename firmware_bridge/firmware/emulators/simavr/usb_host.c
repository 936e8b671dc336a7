#include "usb_host.h"

#include <simavr/avr_usb.h>
#include <simavr/sim_time.h>
#include <string.h>

/* The chip refuses what comes before it has taken a request; libsimavr does not, so the host waits for it. */
enum { EVERY_US = 50, FIRST_AT_US = 2000, TAKEN_AFTER_US = 5000, PACKET = 64, DATA_OUT = 2, DATA_IN = 3, QUEUE = 65536 };

/* A control transfer: eight bytes of request, and what goes out behind them. */
struct transfer {
    const char *name;
    uint8_t setup[8];
    uint8_t data[8];
};

#define TEXT(n, letters) {"text" #n, {0x80, 6, n, 3, 9, 4, letters, 0}, {0}}

static const struct transfer plan[] = {
    {"device", {0x80, 6, 0, 1, 0, 0, 18, 0}, {0}},
    {"address", {0x00, 5, 5, 0, 0, 0, 0, 0}, {0}},
    {"configuration_head", {0x80, 6, 0, 2, 0, 0, 9, 0}, {0}},
    {"configuration", {0x80, 6, 0, 2, 0, 0, 255, 0}, {0}},
    TEXT(0, 255),
    TEXT(1, 255),
    TEXT(2, 255),
    TEXT(3, 255),
    {"nonsense", {0x80, 6, 0, 9, 0, 0, 10, 0}, {0}}, /* must be refused, and harm nothing */
    {"configured", {0x00, 9, 1, 0, 0, 0, 0, 0}, {0}},
    {"line_coding", {0x21, 0x20, 0, 0, 0, 0, 7, 0}, {0x00, 0xC2, 0x01, 0x00, 0, 0, 8}},
    {"line_coding_now", {0xA1, 0x21, 0, 0, 0, 0, 7, 0}, {0}},
    {"open", {0x21, 0x22, 3, 0, 0, 0, 0, 0}, {0}},
    /* From here on only when it is to be touched: opened at 1200 baud and closed. */
    {"touch_coding", {0x21, 0x20, 0, 0, 0, 0, 7, 0}, {0xB0, 0x04, 0x00, 0x00, 0, 0, 8}},
    {"touch_close", {0x21, 0x22, 2, 0, 0, 0, 0, 0}, {0}},
};
enum { TOUCH = 2 };

enum stage { RESET, SETUP, DATA, STATUS, OPEN };

static struct {
    struct sim_board *board;
    enum stage stage;
    size_t transfer;
    uint8_t answer[256];
    size_t answered;
    unsigned wait;
    uint8_t queue[QUEUE];
    size_t queued;
    bool paused;
    bool touches;
} host;

static int ask(uint32_t what, uint8_t pipe, uint8_t *bytes, uint32_t *count)
{
    struct avr_io_usb packet = {.pipe = pipe, .sz = *count, .buf = bytes};
    int result = avr_ioctl(host.board->avr, what, &packet);
    *count = packet.sz;
    return result;
}

static void finish(const char *refused)
{
    const struct transfer *now = &plan[host.transfer];
    fprintf(host.board->log, "U %s %s", now->name, refused);
    for (size_t n = 0; n < host.answered; n++) {
        fprintf(host.board->log, "%02x", host.answer[n]);
    }
    fprintf(host.board->log, "\n");
    host.answered = 0;
    host.transfer++;
    size_t planned = sizeof plan / sizeof plan[0] - (host.touches ? 0 : TOUCH);
    host.stage = host.transfer < planned ? SETUP : OPEN;
}

static void control(void)
{
    const struct transfer *now = &plan[host.transfer];
    bool inwards = now->setup[0] & 0x80;
    uint32_t wanted = now->setup[6];
    uint8_t bytes[PACKET];
    uint32_t count = 0;
    int result;
    switch (host.stage) {
    case SETUP:
        memcpy(bytes, now->setup, 8);
        count = 8;
        if (ask(AVR_IOCTL_USB_SETUP, 0, bytes, &count) == AVR_IOCTL_USB_OK) {
            host.stage = wanted ? DATA : STATUS;
            host.wait = TAKEN_AFTER_US / EVERY_US;
        }
        break;
    case DATA:
        if (!inwards) {
            memcpy(bytes, now->data, wanted);
            count = wanted;
            if (ask(AVR_IOCTL_USB_WRITE, 0, bytes, &count) == AVR_IOCTL_USB_OK) {
                host.stage = STATUS;
            }
            break;
        }
        result = ask(AVR_IOCTL_USB_READ, 0, bytes, &count);
        if (result == AVR_IOCTL_USB_STALL) {
            finish("refused ");
        } else if (result == AVR_IOCTL_USB_OK) {
            memcpy(host.answer + host.answered, bytes, count);
            host.answered += count;
            if (count < PACKET || host.answered >= wanted) {
                host.stage = STATUS;
            }
        }
        break;
    default:
        result = inwards ? ask(AVR_IOCTL_USB_WRITE, 0, bytes, &count) : ask(AVR_IOCTL_USB_READ, 0, bytes, &count);
        if (result == AVR_IOCTL_USB_OK) {
            finish("");
        }
        break;
    }
}

static void carry(void)
{
    uint8_t bytes[PACKET];
    uint32_t count = (uint32_t)(host.queued < PACKET ? host.queued : PACKET);
    if (count != 0) {
        memcpy(bytes, host.queue, count);
        if (ask(AVR_IOCTL_USB_WRITE, DATA_OUT, bytes, &count) == AVR_IOCTL_USB_OK) {
            host.queued -= count;
            memmove(host.queue, host.queue + count, host.queued);
        }
    }
    count = 0;
    if (!host.paused && ask(AVR_IOCTL_USB_READ, DATA_IN, bytes, &count) == AVR_IOCTL_USB_OK) {
        for (uint32_t n = 0; n < count; n++) {
            host.board->said(host.board, bytes[n]);
        }
    }
}

static avr_cycle_count_t step(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)param;
    uint32_t none = 0;
    if (host.wait != 0) {
        host.wait--;
        return when + avr_usec_to_cycles(avr, EVERY_US);
    }
    switch (host.stage) {
    case RESET:
        ask(AVR_IOCTL_USB_RESET, 0, NULL, &none);
        host.stage = SETUP;
        break;
    case OPEN:
        carry();
        break;
    default:
        control();
        break;
    }
    return when + avr_usec_to_cycles(avr, EVERY_US);
}

void sim_usb_host_start(struct sim_board *board)
{
    host.board = board;
    /* The device joins the bus when its firmware runs; a hub then waits a while, too. */
    avr_cycle_timer_register_usec(board->avr, FIRST_AT_US + 100000, step, NULL);
}

void sim_usb_host_write(uint8_t byte)
{
    if (host.queued < QUEUE) {
        host.queue[host.queued++] = byte;
    }
}

void sim_usb_host_pause(bool paused)
{
    host.paused = paused;
}

void sim_usb_host_touch(void)
{
    host.touches = true;
    if (host.stage == OPEN) {
        host.stage = SETUP;
    }
}
