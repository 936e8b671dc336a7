/* The numbers of the protocol: firmware_bridge/PROTOCOL.md. */
#ifndef ED_PROTOCOL_H
#define ED_PROTOCOL_H

#define ED_MAJOR 1u
#define ED_MINOR 1u

#define ED_ANSWER 0x80u
#define ED_LAST_QUESTION 0x3Fu
#define ED_HEARTBEAT_US 1000000u

enum ed_type {
    ED_HELLO = 0x01,
    ED_DESCRIBE = 0x02,
    ED_GET = 0x03,
    ED_SET = 0x04,
    ED_SAVE = 0x05,
    ED_PING = 0x06,
    ED_RESEND = 0x07,
    ED_CUE = 0x08,
    ED_WATCH_PAD = 0x09,
    ED_PAD_HIT = 0x40,
    ED_HEARTBEAT = 0x41,
    ED_SCOPE_DATA = 0x42,
    ED_PEDAL = 0x43,
    ED_REFUSED = 0xBF
};

enum ed_refusal {
    ED_UNKNOWN_TYPE = 1,
    ED_MALFORMED = 2,
    ED_NO_SUCH_ID = 3,
    ED_NO_SUCH_PAD = 4,
    ED_NOT_CAPABLE = 5,
    ED_BUSY = 6,
    ED_FAILED = 7
};

#endif
