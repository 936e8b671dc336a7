#include "seldom.h"

#include "control.h"

#include <avr/io.h>
#include <stddef.h>

#include "descriptors.h"
#include "ed_rom.h"
#include "endpoints.h"

/* Standard requests, and those of a modem. */
enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    SET_INTERFACE = 11,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINES = 0x22,
    SEND_BREAK = 0x23
};

#define KIND_OF_REQUEST 0x60u
#define STANDARD 0x00u
#define CLASS 0x20u
#define TEXT 3u
#define LINE_CODING_LENGTH 7u
#define SERIAL_DIGITS 16u
#define TOUCH_BAUD 1200u
#define DTR 1u

/* What the next turns have to do. */
enum step { NOTHING, SAY, HEAR_LINE_CODING, TAKE_ADDRESS };

struct request {
    uint8_t kind;
    uint8_t request;
    uint8_t value_low;
    uint8_t value_high;
    uint16_t index;
    uint16_t length;
};

static enum step step;
static uint8_t said;   /* bytes of the answer that are gone */
static uint8_t answer; /* bytes that it has */
static bool short_of;  /* it ends before what was asked for: a last packet says so */
static struct request asked;
static const uint8_t *rom;
static uint8_t small[LINE_CODING_LENGTH]; /* an answer of a few bytes, or the line coding */
static uint8_t line_coding[LINE_CODING_LENGTH] = {0x40, 0x42, 0x0F, 0, 0, 0, 8};
static uint8_t configured;
static uint8_t lines;
static bool touched;
static uint64_t serial;

void ed_control_start(uint64_t id)
{
    serial = id;
}

void ed_control_reset(void)
{
    ed_endpoint_make(0, ED_ENDPOINT_CONTROL);
    configured = 0;
    lines = 0;
    step = NOTHING;
}

bool ed_control_is_configured(void)
{
    return configured != 0;
}

bool ed_control_is_open(void)
{
    return configured != 0 && (lines & DTR);
}

bool ed_control_wants_image(void)
{
    return touched;
}

static uint8_t text_length(void)
{
    if (asked.value_low == ED_TEXT_LANGUAGE) {
        return 4;
    }
    if (asked.value_low == ED_TEXT_SERIAL) {
        return 2u + 2u * SERIAL_DIGITS;
    }
    const char *text = ed_descriptor_text(asked.value_low);
    uint8_t letters = 0;
    while (text != NULL && ed_rom_read_u8(text + letters) != 0) {
        letters++;
    }
    return (uint8_t)(letters == 0 ? 0 : 2u + 2u * letters);
}

/* A byte of a text's descriptor, made of two bytes a letter. */
static uint8_t text_byte(uint8_t at)
{
    if (at == 0) {
        return text_length();
    }
    if (at == 1) {
        return TEXT;
    }
    uint8_t letter = (uint8_t)((at - 2u) / 2u);
    bool high = at & 1u;
    if (asked.value_low == ED_TEXT_LANGUAGE) {
        return high ? 0x04 : 0x09; /* English */
    }
    if (high) {
        return 0;
    }
    if (asked.value_low == ED_TEXT_SERIAL) {
        uint8_t nibble = (uint8_t)(serial >> (4u * (SERIAL_DIGITS - 1u - letter))) & 15u;
        return (uint8_t)(nibble + (nibble < 10u ? '0' : 'A' - 10));
    }
    return ed_rom_read_u8(ed_descriptor_text(asked.value_low) + letter);
}

static void say(uint8_t length)
{
    short_of = length < asked.length;
    answer = (uint8_t)(short_of ? length : asked.length);
    said = 0;
    step = SAY;
}

static void say_small(uint8_t first, uint8_t length)
{
    rom = NULL;
    small[0] = first;
    small[1] = 0;
    say(length);
}

static uint8_t answer_byte(uint8_t at)
{
    if (asked.request == GET_DESCRIPTOR && asked.value_high == TEXT) {
        return text_byte(at);
    }
    return rom != NULL ? ed_rom_read_u8(rom + at) : small[at];
}

static bool describe(void)
{
    uint8_t length = 0;
    if (asked.value_high == TEXT) {
        length = text_length();
    } else {
        rom = ed_descriptor(asked.value_high, &length);
    }
    if (length != 0) {
        say(length);
    }
    return length != 0;
}

static void configure(void)
{
    configured = asked.value_low;
    if (configured) {
        ed_endpoint_make(ED_USB_NOTICE, ED_ENDPOINT_NOTICE);
        ed_endpoint_make(ED_USB_OUT, ED_ENDPOINT_OUT);
        ed_endpoint_make(ED_USB_IN, ED_ENDPOINT_IN);
        ed_endpoint_reset_all();
        ed_endpoint_choose(0);
    }
}

/* False: it is none that we know. */
static bool standard_request(void)
{
    switch (asked.request) {
    case GET_STATUS:
        say_small(0, 2);
        return true;
    case SET_ADDRESS:
        UDADDR = asked.value_low & 0x7Fu;
        ed_endpoint_send();
        step = TAKE_ADDRESS;
        return true;
    case GET_DESCRIPTOR:
        return describe();
    case GET_CONFIGURATION:
        say_small(configured, 1);
        return true;
    case SET_CONFIGURATION:
        configure();
        ed_endpoint_send();
        return true;
    case CLEAR_FEATURE:
    case SET_INTERFACE:
        ed_endpoint_send();
        return true;
    default:
        return false;
    }
}

static uint32_t baud(void)
{
    return line_coding[0] | (uint32_t)line_coding[1] << 8 | (uint32_t)line_coding[2] << 16;
}

static bool modem_request(void)
{
    switch (asked.request) {
    case SET_LINE_CODING:
        step = HEAR_LINE_CODING;
        return true;
    case GET_LINE_CODING:
        rom = NULL;
        __builtin_memcpy(small, line_coding, LINE_CODING_LENGTH);
        say(LINE_CODING_LENGTH);
        return true;
    case SET_CONTROL_LINES:
        touched = (lines & DTR) && !(asked.value_low & DTR) && baud() == TOUCH_BAUD;
        lines = asked.value_low;
        ed_endpoint_send();
        return true;
    case SEND_BREAK:
        ed_endpoint_send();
        return true;
    default:
        return false;
    }
}

static void begin(void)
{
    uint8_t *bytes = (uint8_t *)&asked;
    for (uint8_t n = 0; n < sizeof asked; n++) {
        bytes[n] = UEDATX;
    }
    step = NOTHING;
    ed_endpoint_take_setup();
    uint8_t kind = asked.kind & KIND_OF_REQUEST;
    bool known = kind == STANDARD ? standard_request() : kind == CLASS && modem_request();
    if (!known) {
        UECONX = _BV(STALLRQ) | _BV(EPEN);
    }
}

/* A packet of the answer; the host's word that it has enough ends it early. */
static void say_more(void)
{
    if (UEINTX & _BV(RXOUTI)) {
        ed_endpoint_take_out();
        step = NOTHING;
        return;
    }
    if (!(UEINTX & _BV(TXINI))) {
        return;
    }
    uint8_t left = (uint8_t)(answer - said);
    uint8_t count = left < ED_USB_PACKET ? left : ED_USB_PACKET;
    if (count == 0 && !short_of) {
        return; /* nothing more but the host's word */
    }
    for (uint8_t n = 0; n < count; n++) {
        UEDATX = answer_byte(said++);
    }
    if (count < ED_USB_PACKET) {
        short_of = false; /* a packet that is not full is the last one */
    }
    ed_endpoint_send();
}

static void hear_line_coding(void)
{
    if (!(UEINTX & _BV(RXOUTI))) {
        return;
    }
    for (uint8_t n = 0; n < LINE_CODING_LENGTH; n++) {
        line_coding[n] = UEDATX;
    }
    ed_endpoint_take_out();
    ed_endpoint_send();
    step = NOTHING;
}

void ed_control_run(void)
{
    ed_endpoint_choose(0);
    if (UEINTX & _BV(RXSTPI)) {
        begin();
    }
    switch (step) {
    case SAY:
        say_more();
        break;
    case HEAR_LINE_CODING:
        hear_line_coding();
        break;
    case TAKE_ADDRESS:
        /* Only when the host has heard that we do. */
        if (UEINTX & _BV(TXINI)) {
            UDADDR |= _BV(ADDEN);
            step = NOTHING;
        }
        break;
    case NOTHING:
        break;
    }
}
