#include "ed_line.h"

#include "ed_wire.h"

/* A run of 254 bytes without a zero would need a second kind of code byte; packets are shorter. */
_Static_assert(ED_RX_PAYLOAD <= 240 && ED_RX_PAYLOAD >= 24, "as in PROTOCOL.md");
_Static_assert(ED_TX_PAYLOAD <= 240, "as in PROTOCOL.md");

#define TX_PACKET 1u /* bytes[0] is the first code byte */

void ed_rx_start(struct ed_rx *rx)
{
    rx->length = 0;
    rx->run = 0;
    rx->begun = false;
    rx->skipping = false;
}

static enum ed_heard rx_end(struct ed_rx *rx)
{
    bool counted = rx->skipping || !rx->begun;
    bool formed = rx->run == 0 && rx->length >= ED_AROUND;
    rx->begun = false;
    rx->skipping = false;
    if (counted) {
        return ED_HEARD_NOTHING;
    }
    if (!formed) {
        return ED_HEARD_BAD;
    }
    uint16_t crc = ED_CRC_START;
    uint16_t checked = (uint16_t)(rx->length - 2u);
    for (uint16_t i = 0; i < checked; i++) {
        crc = ed_crc_add(crc, rx->packet[i]);
    }
    return crc == ed_read_u16(rx->packet + checked) ? ED_HEARD_FRAME : ED_HEARD_BAD;
}

enum ed_heard ed_rx_byte(struct ed_rx *rx, uint8_t byte)
{
    if (byte == 0) {
        return rx_end(rx);
    }
    if (rx->skipping) {
        return ED_HEARD_NOTHING;
    }
    if (!rx->begun) {
        rx->begun = true;
        rx->length = 0;
        rx->run = (uint8_t)(byte - 1u);
        return ED_HEARD_NOTHING;
    }
    if (rx->length >= sizeof rx->packet) {
        rx->skipping = true;
        return ED_HEARD_BAD;
    }
    if (rx->run == 0) { /* a code byte: it stands for a zero and says how far the next is */
        rx->run = (uint8_t)(byte - 1u);
        byte = 0;
    } else {
        rx->run--;
    }
    rx->packet[rx->length++] = byte;
    return ED_HEARD_NOTHING;
}

void ed_tx_start(struct ed_tx *tx)
{
    tx->length = 0;
    tx->at = 0;
}

void ed_tx_begin(struct ed_tx *tx, uint8_t type, uint8_t seq)
{
    tx->length = TX_PACKET;
    ed_tx_u8(tx, type);
    ed_tx_u8(tx, seq);
}

void ed_tx_end(struct ed_tx *tx)
{
    uint16_t crc = ED_CRC_START;
    for (uint16_t i = TX_PACKET; i < tx->length; i++) {
        crc = ed_crc_add(crc, tx->bytes[i]);
    }
    tx->bytes[tx->length++] = (uint8_t)crc;
    tx->bytes[tx->length++] = (uint8_t)(crc >> 8);
    uint16_t code_at = 0;
    for (uint16_t i = TX_PACKET; i < tx->length; i++) {
        if (tx->bytes[i] == 0) {
            tx->bytes[code_at] = (uint8_t)(i - code_at);
            code_at = i;
        }
    }
    tx->bytes[code_at] = (uint8_t)(tx->length - code_at);
    tx->bytes[tx->length++] = 0;
    tx->at = 0;
}
