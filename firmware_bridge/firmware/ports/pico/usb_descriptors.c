#include "usb_descriptors.h"

#include <stddef.h>

#define DEVICE 1u
#define CONFIGURATION 2u
#define TEXT 3u
#define INTERFACE 4u
#define ENDPOINT 5u
#define CLASS_SPECIFIC 0x24u
#define CONFIGURATION_LENGTH 67u
#define LONGEST_TEXT 32u

/* The vendor of the chip, and the number that it has set aside for a serial line on it. */
static const uint8_t device[] = {
    18, DEVICE, 0x00, 0x02, /* USB 2.0 */
    2, 0, 0, ED_USB_PACKET, /* communication */
    0x8A, 0x2E, 0x0A, 0x00, /* vendor, product */
    0x00, 0x01,             /* release */
    1, 2, 3,                /* texts: who made it, what it is, its number */
    1,
};

static const uint8_t configuration[] = {
    9, CONFIGURATION, CONFIGURATION_LENGTH, 0, 2, 1, 0, 0x80, 125, /* at most 250 mA of the bus */
    9, INTERFACE, 0, 0, 1, 2, 2, 0, 0,                             /* control: an abstract modem */
    5, CLASS_SPECIFIC, 0, 0x10, 0x01,
    5, CLASS_SPECIFIC, 1, 0, 1,
    4, CLASS_SPECIFIC, 2, 2, /* knows line coding and control lines */
    5, CLASS_SPECIFIC, 6, 0, 1,
    7, ENDPOINT, 0x80u | ED_USB_NOTICE_ENDPOINT, 3, 8, 0, 16,
    9, INTERFACE, 1, 0, 2, 10, 0, 0, 0, /* data */
    7, ENDPOINT, 0x80u | ED_USB_DATA_ENDPOINT, 2, ED_USB_PACKET, 0, 0,
    7, ENDPOINT, ED_USB_DATA_ENDPOINT, 2, ED_USB_PACKET, 0, 0,
};

_Static_assert(sizeof device == 18, "a device descriptor");
_Static_assert(sizeof configuration == CONFIGURATION_LENGTH, "its own length is in it");

static char serial[17];
static const char *const texts[] = {"edrum-station", "Drum trigger board", serial};

void ed_usb_set_serial(uint64_t id)
{
    for (uint32_t i = 16u; i-- > 0u; id >>= 4) {
        serial[i] = "0123456789ABCDEF"[id & 15u];
    }
}

static const uint8_t *text_descriptor(uint8_t index, uint16_t *length)
{
    static uint8_t text[2u + 2u * LONGEST_TEXT];
    uint8_t count = 2u;
    text[1] = TEXT;
    if (index == 0u) {
        text[count++] = 0x09u; /* in English */
        text[count++] = 0x04u;
    } else if (index <= sizeof texts / sizeof texts[0]) {
        for (const char *c = texts[index - 1u]; *c != '\0' && count < sizeof text; c++) {
            text[count++] = (uint8_t)*c;
            text[count++] = 0u;
        }
    } else {
        return NULL;
    }
    text[0] = count;
    *length = count;
    return text;
}

const uint8_t *ed_usb_descriptor(uint8_t type, uint8_t index, uint16_t *length)
{
    switch (type) {
    case DEVICE:
        *length = sizeof device;
        return device;
    case CONFIGURATION:
        *length = sizeof configuration;
        return configuration;
    case TEXT:
        return text_descriptor(index, length);
    default:
        return NULL;
    }
}
