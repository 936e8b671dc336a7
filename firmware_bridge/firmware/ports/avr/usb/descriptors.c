#include "seldom.h"

#include "descriptors.h"

#include <stddef.h>

#include "ed_rom.h"

#define DEVICE 1u
#define CONFIGURATION 2u
#define INTERFACE 4u
#define ENDPOINT 5u
#define CLASS_SPECIFIC 0x24u
#define CONFIGURATION_LENGTH 67u

/* The vendor of the chip, and the number that it has set aside for a serial line on it. */
static const uint8_t device[] ED_ROM = {
    18, DEVICE, 0x00, 0x02, /* USB 2.0 */
    2, 0, 0, ED_USB_PACKET, /* communication */
    0xEB, 0x03, 0x18, 0x20, /* vendor, product */
    0x00, 0x01,             /* release */
    ED_TEXT_MAKER, ED_TEXT_PRODUCT, ED_TEXT_SERIAL,
    1,
};

static const uint8_t configuration[] ED_ROM = {
    9, CONFIGURATION, CONFIGURATION_LENGTH, 0, 2, 1, 0, 0x80, 125, /* at most 250 mA of the bus */
    9, INTERFACE, 0, 0, 1, 2, 2, 0, 0,                             /* control: an abstract modem */
    5, CLASS_SPECIFIC, 0, 0x10, 0x01,
    5, CLASS_SPECIFIC, 1, 0, 1,
    4, CLASS_SPECIFIC, 2, 2, /* knows line coding and control lines */
    5, CLASS_SPECIFIC, 6, 0, 1,
    7, ENDPOINT, 0x80u | ED_USB_NOTICE, 3, ED_USB_NOTICE_PACKET, 0, 16,
    9, INTERFACE, 1, 0, 2, 10, 0, 0, 0, /* data */
    7, ENDPOINT, ED_USB_OUT, 2, ED_USB_PACKET, 0, 0,
    7, ENDPOINT, 0x80u | ED_USB_IN, 2, ED_USB_PACKET, 0, 0,
};

_Static_assert(sizeof device == 18, "a device descriptor");
_Static_assert(sizeof configuration == CONFIGURATION_LENGTH, "its own length is in it");

static const char maker[] ED_ROM = "edrum-station";
static const char product[] ED_ROM = "Drum trigger board";

const uint8_t *ed_descriptor(uint8_t type, uint8_t *length)
{
    if (type == DEVICE) {
        *length = sizeof device;
        return device;
    }
    if (type == CONFIGURATION) {
        *length = sizeof configuration;
        return configuration;
    }
    return NULL;
}

const char *ed_descriptor_text(uint8_t index)
{
    return index == ED_TEXT_MAKER ? maker : index == ED_TEXT_PRODUCT ? product : NULL;
}
