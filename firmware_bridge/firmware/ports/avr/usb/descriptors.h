/* What the board tells a USB host of itself. */
#ifndef ED_AVR_DESCRIPTORS_H
#define ED_AVR_DESCRIPTORS_H

#include <stdint.h>

#define ED_USB_NOTICE 1u
#define ED_USB_OUT 2u
#define ED_USB_IN 3u
#define ED_USB_PACKET 64u
#define ED_USB_NOTICE_PACKET 16u

enum ed_text { ED_TEXT_LANGUAGE, ED_TEXT_MAKER, ED_TEXT_PRODUCT, ED_TEXT_SERIAL };

/* A descriptor in program memory and its length; 0: there is none of this type and index. A text is made into
 * one by the caller: it has twice as many bytes as letters. */
const uint8_t *ed_descriptor(uint8_t type, uint8_t *length);
const char *ed_descriptor_text(uint8_t index);

#endif
