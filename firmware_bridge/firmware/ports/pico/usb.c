/* RP2040 as a USB device: the control endpoint's conversation, and two bulk endpoints of 64 bytes. */
#include "usb.h"

#include <stddef.h>

#include "clocks.h"
#include "inbox.h"
#include "registers.h"
#include "usb_descriptors.h"

#define OUT 1u
#define IN 0u
#define CONTROL_BUFFER 0x100u
#define NOTICE_BUFFER 0x180u
#define IN_BUFFER 0x1C0u
#define OUT_BUFFER 0x200u
#define ENDPOINT_ENABLE ((1u << 31) | (1u << 29)) /* interrupt after each buffer */
#define ENDPOINT_BULK (2u << 26)
#define ENDPOINT_INTERRUPT (3u << 26)
#define DONE(endpoint, out) (1u << (2u * (endpoint) + (out)))
#define SUSPENDED (1u << 4)
#define TO_ENDPOINT 2u /* a request's kind: standard, for an endpoint */
#define IMAGE_BAUD 1200u
/* A transfer ends with a packet that is not full; 63 bytes are always the end of one. */
#define SAY_AT_MOST 63u

enum request {
    GET_STATUS = 0x00,
    CLEAR_FEATURE = 0x01,
    SET_FEATURE = 0x03,
    SET_ADDRESS = 0x05,
    GET_DESCRIPTOR = 0x06,
    GET_CONFIGURATION = 0x08,
    SET_CONFIGURATION = 0x09,
    GET_INTERFACE = 0x0A,
    SET_INTERFACE = 0x0B,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINES = 0x22,
};

struct setup {
    uint8_t kind;
    uint8_t request;
    uint16_t value;
    uint16_t index;
    uint16_t length;
};

static const uint8_t *answer; /* of the control endpoint: what is left of it */
static uint16_t answer_left;
static bool answer_ends_full; /* shorter than asked and all packets full: an empty one ends it */
static uint8_t answer_bytes[2];
static uint8_t new_address;
static bool takes_line_coding;
static uint8_t line_coding[7] = {0x40, 0x42, 0x0F, 0, 0, 0, 8}; /* 1,000,000 8N1; only for show */
static bool toggles[3][2];
static volatile uint8_t configuration;
static volatile bool host_listens; /* DTR */
static volatile bool in_waits;     /* a packet that the host has not fetched */
static volatile bool out_held;     /* no room: the host's next packet has to wait */
static volatile bool wants_image;

static volatile uint8_t *memory(uint32_t at)
{
    return (volatile uint8_t *)(USB_MEMORY + at);
}

static void hand_over(uint32_t endpoint, uint32_t out, uint32_t control)
{
    if (toggles[endpoint][out]) {
        control |= USB_BUFFER_DATA1;
    }
    toggles[endpoint][out] = !toggles[endpoint][out];
    ED_REG(USB_BUFFER_CTRL(endpoint, out)) = control;
    /* The controller runs at 48 MHz: it must see the rest before it sees that the buffer is ready. */
    __asm__ volatile("nop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop");
    ED_REG(USB_BUFFER_CTRL(endpoint, out)) = control | USB_BUFFER_READY;
}

static void send_packet(uint32_t endpoint, uint32_t buffer, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0u; i < count; i++) {
        memory(buffer)[i] = bytes[i];
    }
    hand_over(endpoint, IN, count | USB_BUFFER_FULL);
}

static void expect_packet(uint32_t endpoint, uint32_t count)
{
    hand_over(endpoint, OUT, count);
}

static void answer_next_packet(void)
{
    const uint16_t count = answer_left < ED_USB_PACKET ? answer_left : (uint16_t)ED_USB_PACKET;
    if (answer_left == 0u) {
        answer_ends_full = false;
    }
    send_packet(0u, CONTROL_BUFFER, answer, count);
    answer += count;
    answer_left = (uint16_t)(answer_left - count);
}

static void reply(const struct setup *setup, const uint8_t *bytes, uint16_t length)
{
    answer = bytes;
    answer_left = length < setup->length ? length : setup->length;
    answer_ends_full = length < setup->length && length % ED_USB_PACKET == 0u;
    answer_next_packet();
}

static void agree(void)
{
    answer = NULL;
    answer_left = 0u;
    answer_ends_full = false;
    send_packet(0u, CONTROL_BUFFER, answer_bytes, 0u);
}

static void refuse(void)
{
    ED_REG(USB_STALL_ARM) = 3u;
    ED_REG(USB_BUFFER_CTRL(0u, IN)) = USB_BUFFER_STALL;
    ED_REG(USB_BUFFER_CTRL(0u, OUT)) = USB_BUFFER_STALL;
}

static void configure(uint8_t value)
{
    configuration = value;
    in_waits = false;
    out_held = false;
    for (uint32_t endpoint = 1u; endpoint < 3u; endpoint++) {
        toggles[endpoint][IN] = false;
        toggles[endpoint][OUT] = false;
    }
    ED_REG(USB_ENDPOINT_CTRL(ED_USB_NOTICE_ENDPOINT, IN)) =
        ENDPOINT_ENABLE | ENDPOINT_INTERRUPT | NOTICE_BUFFER;
    ED_REG(USB_ENDPOINT_CTRL(ED_USB_DATA_ENDPOINT, IN)) =
        ENDPOINT_ENABLE | ENDPOINT_BULK | IN_BUFFER;
    ED_REG(USB_ENDPOINT_CTRL(ED_USB_DATA_ENDPOINT, OUT)) =
        ENDPOINT_ENABLE | ENDPOINT_BULK | OUT_BUFFER;
    if (value != 0u) {
        expect_packet(ED_USB_DATA_ENDPOINT, ED_USB_PACKET);
    }
}

/* The host has cleared an endpoint and begins with DATA0 again. */
static void begin_endpoint_anew(const struct setup *setup)
{
    if (setup->kind != TO_ENDPOINT || (setup->index & 0xFu) != ED_USB_DATA_ENDPOINT) {
        return;
    }
    if ((setup->index & 0x80u) != 0u) {
        toggles[ED_USB_DATA_ENDPOINT][IN] = false;
    } else if (!out_held) {
        toggles[ED_USB_DATA_ENDPOINT][OUT] = false;
        expect_packet(ED_USB_DATA_ENDPOINT, ED_USB_PACKET);
    }
}

static void set_control_lines(uint16_t lines)
{
    const bool listens = (lines & 1u) != 0u;
    const uint32_t baud = line_coding[0] | ((uint32_t)line_coding[1] << 8) |
                          ((uint32_t)line_coding[2] << 16) | ((uint32_t)line_coding[3] << 24);
    if (host_listens && !listens && baud == IMAGE_BAUD) {
        wants_image = true;
    }
    host_listens = listens;
}

static void reply_with_descriptor(const struct setup *setup)
{
    uint16_t length = 0u;
    const uint8_t *bytes =
        ed_usb_descriptor((uint8_t)(setup->value >> 8), (uint8_t)setup->value, &length);
    if (bytes == NULL) {
        refuse();
    } else {
        reply(setup, bytes, length);
    }
}

static void on_setup(void)
{
    const struct setup setup = {
        .kind = memory(0u)[0],
        .request = memory(0u)[1],
        .value = (uint16_t)(memory(0u)[2] | (memory(0u)[3] << 8)),
        .index = (uint16_t)(memory(0u)[4] | (memory(0u)[5] << 8)),
        .length = (uint16_t)(memory(0u)[6] | (memory(0u)[7] << 8)),
    };
    toggles[0][IN] = true; /* a conversation's data begin with DATA1 */
    toggles[0][OUT] = true;
    takes_line_coding = false;
    answer_bytes[0] = 0u;
    answer_bytes[1] = 0u;
    switch (setup.request) {
    case GET_DESCRIPTOR:
        reply_with_descriptor(&setup);
        break;
    case SET_ADDRESS:
        new_address = (uint8_t)setup.value; /* from the end of this conversation on */
        agree();
        break;
    case SET_CONFIGURATION:
        configure((uint8_t)setup.value);
        agree();
        break;
    case GET_CONFIGURATION:
        answer_bytes[0] = configuration;
        reply(&setup, answer_bytes, 1u);
        break;
    case GET_INTERFACE:
        reply(&setup, answer_bytes, 1u);
        break;
    case GET_STATUS:
        reply(&setup, answer_bytes, 2u);
        break;
    case GET_LINE_CODING:
        reply(&setup, line_coding, sizeof line_coding);
        break;
    case SET_LINE_CODING:
        takes_line_coding = true;
        expect_packet(0u, sizeof line_coding);
        break;
    case SET_CONTROL_LINES:
        set_control_lines(setup.value);
        agree();
        break;
    case CLEAR_FEATURE:
        begin_endpoint_anew(&setup);
        agree();
        break;
    case SET_FEATURE:
    case SET_INTERFACE:
        agree();
        break;
    default:
        refuse();
    }
}

static void on_control_sent(void)
{
    if (new_address != 0u) {
        ED_REG(USB_ADDRESS) = new_address;
        new_address = 0u;
    }
    if (answer_left > 0u || answer_ends_full) {
        answer_next_packet();
    } else if (answer != NULL) {
        answer = NULL;
        expect_packet(0u, 0u); /* the host's thanks */
    }
}

static void on_control_came(void)
{
    if (takes_line_coding) {
        takes_line_coding = false;
        for (uint32_t i = 0u; i < sizeof line_coding; i++) {
            line_coding[i] = memory(CONTROL_BUFFER)[i];
        }
        agree();
    }
}

static void on_data_came(void)
{
    const uint32_t now_us = (uint32_t)ed_clock_us();
    const uint32_t count =
        ED_REG(USB_BUFFER_CTRL(ED_USB_DATA_ENDPOINT, OUT)) & USB_BUFFER_LENGTH;
    for (uint32_t i = 0u; i < count; i++) {
        ed_inbox_put(memory(OUT_BUFFER)[i], now_us);
    }
    out_held = !ed_inbox_has_room(ED_USB_PACKET);
    if (!out_held) {
        expect_packet(ED_USB_DATA_ENDPOINT, ED_USB_PACKET);
    }
}

static void on_buffers(uint32_t done)
{
    ED_REG(USB_BUFFER_STATUS) = done;
    if ((done & DONE(0u, IN)) != 0u) {
        on_control_sent();
    }
    if ((done & DONE(0u, OUT)) != 0u) {
        on_control_came();
    }
    if ((done & DONE(ED_USB_DATA_ENDPOINT, IN)) != 0u) {
        in_waits = false;
    }
    if ((done & DONE(ED_USB_DATA_ENDPOINT, OUT)) != 0u) {
        on_data_came();
    }
}

void ed_usb_interrupt(void);

void ed_usb_interrupt(void)
{
    const uint32_t entry = ed_systick();
    const uint32_t why = ED_REG(USB_INTS);
    if ((why & USB_INT_BUFFER) != 0u) {
        on_buffers(ED_REG(USB_BUFFER_STATUS));
    }
    if ((why & USB_INT_SETUP) != 0u) {
        ED_REG(USB_SIE_STATUS) = USB_STATUS_SETUP;
        on_setup();
    }
    if ((why & USB_INT_RESET) != 0u) {
        ED_REG(USB_SIE_STATUS) = USB_STATUS_RESET;
        ED_REG(USB_ADDRESS) = 0u;
        new_address = 0u;
        configuration = 0u;
        host_listens = false;
    }
    ed_load_add_cycles(entry);
}

void ed_usb_start(void)
{
    for (uint32_t at = 0u; at < 0x100u; at += 4u) {
        ED_REG(USB_MEMORY + at) = 0u;
    }
    ED_REG(USB_MUXING) = 9u; /* to the pins, as if the cable were seen */
    ED_REG(USB_POWER) = 0xCu;
    ED_REG(USB_MAIN_CTRL) = 1u;
    ED_REG(USB_SIE_CTRL) = USB_SIE_EP0_INT;
    ED_REG(USB_INTE) = USB_INT_BUFFER | USB_INT_RESET | USB_INT_SETUP;
    ED_REG(NVIC_ENABLE) = 1u << IRQ_USB;
    ED_SET(USB_SIE_CTRL) = USB_SIE_PULL_UP;
}

bool ed_usb_is_open(void)
{
    return configuration != 0u && host_listens && (ED_REG(USB_SIE_STATUS) & SUSPENDED) == 0u;
}

void ed_usb_send(struct ed_board *board)
{
    if (in_waits) {
        return;
    }
    uint8_t bytes[SAY_AT_MOST];
    uint16_t count = 0u;
    const uint64_t now_us = ed_clock_us() + ED_FRAME_MAKING_US;
    while (count < SAY_AT_MOST) {
        const uint16_t more =
            ed_board_send(board, bytes + count, (uint16_t)(SAY_AT_MOST - count), now_us);
        if (more == 0u) {
            break;
        }
        count = (uint16_t)(count + more);
    }
    if (count > 0u) {
        in_waits = true;
        send_packet(ED_USB_DATA_ENDPOINT, IN_BUFFER, bytes, count);
    }
}

void ed_usb_receive_more(void)
{
    if (out_held && ed_inbox_has_room(ED_USB_PACKET)) {
        out_held = false;
        expect_packet(ED_USB_DATA_ENDPOINT, ED_USB_PACKET);
    }
}

bool ed_usb_wants_image(void)
{
    return wants_image;
}
