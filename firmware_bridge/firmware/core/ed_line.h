/* Frames on a line: COBS( type | seq | payload | CRC-16 ) 0x00. */
#ifndef ED_LINE_H
#define ED_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "ed_sizes.h"

#define ED_AROUND 4u /* type, seq and the CRC */

/* A frame coming in, byte by byte. */
struct ed_rx {
    uint8_t packet[ED_RX_PAYLOAD + ED_AROUND];
    uint16_t length; /* of the packet so far */
    uint8_t run;     /* bytes until the next code byte */
    bool begun;
    bool skipping; /* too long: wait for its end */
};

enum ed_heard { ED_HEARD_NOTHING, ED_HEARD_FRAME, ED_HEARD_BAD };

void ed_rx_start(struct ed_rx *);

/* ED_HEARD_FRAME: type is packet[0], seq packet[1], the payload behind them; valid until the next call. */
enum ed_heard ed_rx_byte(struct ed_rx *, uint8_t byte);

static inline uint16_t ed_rx_payload_length(const struct ed_rx *rx)
{
    return (uint16_t)(rx->length - ED_AROUND);
}

/* A frame going out. One at a time: what waits behind it waits as what it says, not as bytes. */
struct ed_tx {
    uint8_t bytes[ED_TX_PAYLOAD + ED_AROUND + 2u];
    uint16_t length;
    uint16_t at; /* of these are gone */
};

void ed_tx_start(struct ed_tx *);
void ed_tx_begin(struct ed_tx *, uint8_t type, uint8_t seq);
void ed_tx_end(struct ed_tx *); /* check and stuff: it is ready to go */

/* Bytes of payload that still fit. Who says texts and lists asks; all else fits by its size (ed_say.c). */
static inline uint16_t ed_tx_room(const struct ed_tx *tx)
{
    return (uint16_t)(1u + 2u + ED_TX_PAYLOAD - tx->length);
}

static inline void ed_tx_u8(struct ed_tx *tx, uint8_t value)
{
    tx->bytes[tx->length++] = value;
}

static inline void ed_tx_u16(struct ed_tx *tx, uint16_t value)
{
    __builtin_memcpy(&tx->bytes[tx->length], &value, sizeof value);
    tx->length = (uint16_t)(tx->length + sizeof value);
}

static inline void ed_tx_u32(struct ed_tx *tx, uint32_t value)
{
    __builtin_memcpy(&tx->bytes[tx->length], &value, sizeof value);
    tx->length = (uint16_t)(tx->length + sizeof value);
}

static inline void ed_tx_u64(struct ed_tx *tx, uint64_t value)
{
    __builtin_memcpy(&tx->bytes[tx->length], &value, sizeof value);
    tx->length = (uint16_t)(tx->length + sizeof value);
}

static inline bool ed_tx_idle(const struct ed_tx *tx)
{
    return tx->at >= tx->length;
}

#endif
