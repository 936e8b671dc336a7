/* What the board says, the most pressing first. */
#include <stddef.h>

#include "ed_board.h"
#include "ed_protocol.h"
#include "ed_rom.h"

/* type.. boot_id, and the longest row that Describe may have to say */
_Static_assert(ED_TX_PAYLOAD >= 43, "HelloAck fits without its texts");
_Static_assert(ED_TX_PAYLOAD >= 3 + 1 + 17 + sizeof(((struct ed_param_row *)0)->name) + sizeof(((struct ed_param_row *)0)->unit),
               "one parameter fits");
_Static_assert(ED_TX_PAYLOAD >= 10 + 2 * ED_SCOPE, "a piece of scope fits");

static void begin(struct ed_board *board, uint8_t type, uint8_t seq)
{
    ed_tx_begin(&board->talk.tx, type, seq);
}

static void begin_unasked(struct ed_board *board, uint8_t type)
{
    begin(board, type, ++board->talk.unasked);
}

/* A text of program memory, as far as there is room for it and `behind` bytes more. */
static void text_of_rom(struct ed_tx *tx, const char *text, uint8_t behind)
{
    uint8_t most = (uint8_t)(ed_tx_room(tx) - 1u - behind);
    uint8_t length = 0;
    while (length < most && ed_rom_read_u8(text + length) != 0) {
        length++;
    }
    ed_tx_u8(tx, length);
    for (uint8_t i = 0; i < length; i++) {
        ed_tx_u8(tx, ed_rom_read_u8(text + i));
    }
}

static uint8_t text_length(const char *text)
{
    uint8_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

static void say_text(struct ed_tx *tx, const char *text, uint8_t length)
{
    ed_tx_u8(tx, length);
    for (uint8_t i = 0; i < length; i++) {
        ed_tx_u8(tx, (uint8_t)text[i]);
    }
}

static void say_hello_ack(struct ed_board *board, uint8_t seq, uint64_t now_us)
{
    const struct ed_about *about = board->about;
    struct ed_tx *tx = &board->talk.tx;
    uint32_t can = about->capabilities | ED_CAN_RESEND | ED_CAN_CHOKE | ED_CAN_ZONES | ED_CAN_PEDAL;
    if (ED_SCOPE > 0) {
        can |= ED_CAN_SCOPE;
    }
    begin(board, ED_HELLO + ED_ANSWER, seq);
    ed_tx_u8(tx, ED_MAJOR);
    ed_tx_u8(tx, ED_MAJOR);
    ed_tx_u8(tx, ED_MINOR);
    ed_tx_u8(tx, ED_PADS);
    ed_tx_u64(tx, about->board_id);
    ed_tx_u32(tx, board->boot_id);
    ed_tx_u32(tx, about->clock_hz);
    ed_tx_u64(tx, now_us);
    ed_tx_u32(tx, board->outbox.hits);
    ed_tx_u16(tx, ED_RING);
    ed_tx_u16(tx, ED_LONGEST_DECISION_US);
    ed_tx_u32(tx, can);
    ed_tx_u8(tx, ED_RX_PAYLOAD);
    text_of_rom(tx, about->firmware, 1);
    text_of_rom(tx, about->board, 0);
    ed_outbox_pedals_again(&board->outbox, (uint32_t)now_us);
}

static void say_strike(struct ed_board *board, const struct ed_strike *strike, uint32_t number)
{
    struct ed_tx *tx = &board->talk.tx;
    begin(board, ED_PAD_HIT, (uint8_t)number);
    ed_tx_u32(tx, strike->t_us);
    ed_tx_u8(tx, strike->pad);
    ed_tx_u8(tx, strike->zone);
    ed_tx_u16(tx, strike->velocity);
    ed_tx_u8(tx, strike->position);
    ed_tx_u8(tx, strike->flags);
    ed_tx_u16(tx, strike->decided_after_us);
}

static void say_described(struct ed_board *board, uint8_t first)
{
    struct ed_tx *tx = &board->talk.tx;
    ed_tx_u8(tx, ED_PARAMS);
    ed_tx_u8(tx, first);
    uint16_t count_at = tx->length;
    ed_tx_u8(tx, 0);
    for (uint8_t place = first; place < ED_PARAMS; place++) {
        struct ed_param_row row;
        ed_params_row(place, &row);
        uint8_t name = text_length(row.name);
        uint8_t unit = text_length(row.unit);
        uint8_t length = (uint8_t)(17u + name + unit);
        if (ed_tx_room(tx) < length + 1u) {
            break;
        }
        ed_tx_u8(tx, length);
        ed_tx_u16(tx, row.id);
        ed_tx_u8(tx, row.scope);
        ed_tx_u32(tx, (uint32_t)row.min);
        ed_tx_u32(tx, (uint32_t)row.max);
        ed_tx_u32(tx, (uint32_t)row.def);
        say_text(tx, row.name, name);
        say_text(tx, row.unit, unit);
        tx->bytes[count_at]++;
    }
}

/* Those that are still there; their hits follow when nothing more pressing is to be said. */
static void say_resending(struct ed_board *board, uint32_t first, uint32_t last)
{
    struct ed_talk *talk = &board->talk;
    uint32_t oldest = ed_outbox_oldest(&board->outbox);
    uint32_t hits = board->outbox.hits;
    if (first < oldest) {
        first = oldest;
    }
    if (hits != 0 && last >= hits) {
        last = hits - 1u;
    }
    talk->resending = hits != 0 && first <= last;
    talk->resend_next = talk->resending ? first : 1u;
    talk->resend_last = talk->resending ? last : 0u;
    ed_tx_u32(&talk->tx, talk->resend_next);
    ed_tx_u32(&talk->tx, talk->resend_last);
}

static void say_answer(struct ed_board *board, const struct ed_answer *answer, uint64_t now_us)
{
    struct ed_tx *tx = &board->talk.tx;
    if (answer->type == ED_HELLO && !answer->refused) {
        say_hello_ack(board, answer->seq, now_us);
        return;
    }
    begin(board, answer->refused ? ED_REFUSED : (uint8_t)(answer->type + ED_ANSWER), answer->seq);
    if (answer->refused) {
        ed_tx_u8(tx, answer->type);
        ed_tx_u8(tx, answer->about.reason);
        return;
    }
    switch (answer->type) {
    case ED_DESCRIBE:
        say_described(board, answer->about.first);
        break;
    case ED_GET:
    case ED_SET:
        ed_tx_u16(tx, answer->about.param.id);
        ed_tx_u8(tx, answer->about.param.index);
        ed_tx_u32(tx, (uint32_t)answer->about.param.value);
        break;
    case ED_PING:
        ed_tx_u32(tx, answer->about.ping.token);
        ed_tx_u64(tx, answer->about.ping.t_rx_us);
        ed_tx_u64(tx, now_us);
        ed_tx_u32(tx, board->outbox.hits);
        break;
    case ED_RESEND:
        say_resending(board, answer->about.resend.first, answer->about.resend.last);
        break;
    case ED_WATCH_PAD:
        ed_tx_u8(tx, answer->about.watch.pad);
        ed_tx_u8(tx, answer->about.watch.on);
        break;
    default: /* Saved has no payload */
        break;
    }
}

/* Only one Resend is followed at a time: a second one waits, and whatever was asked behind it. */
static bool answer_waits(const struct ed_talk *talk)
{
    if (talk->answers_count == 0) {
        return false;
    }
    const struct ed_answer *first = &talk->answers[talk->first_answer];
    return first->type != ED_RESEND || first->refused || !talk->resending;
}

static void say_saved(struct ed_board *board)
{
    struct ed_talk *talk = &board->talk;
    bool ok = talk->save == ED_SAVE_DONE;
    talk->save = ED_SAVE_IDLE;
    begin(board, ok ? ED_SAVE + ED_ANSWER : ED_REFUSED, talk->save_seq);
    if (!ok) {
        ed_tx_u8(&talk->tx, ED_SAVE);
        ed_tx_u8(&talk->tx, ED_FAILED);
    }
}

static void say_heartbeat(struct ed_board *board, uint64_t now_us)
{
    struct ed_tx *tx = &board->talk.tx;
    begin_unasked(board, ED_HEARTBEAT);
    ed_tx_u64(tx, now_us);
    ed_tx_u32(tx, board->boot_id);
    ed_tx_u32(tx, board->outbox.hits);
    ed_tx_u32(tx, board->counts.bad_frames);
    ed_tx_u32(tx, board->counts.overruns);
    ed_tx_u32(tx, board->outbox.dropped);
    ed_tx_u32(tx, board->counts.adc_overruns);
    ed_tx_u32(tx, ed_kit_dc_fault(&board->kit));
    ed_tx_u8(tx, board->counts.load_percent);
}

/* The next hit of a Resend; some may have left the ring since it was announced. */
static bool say_again(struct ed_board *board)
{
    struct ed_talk *talk = &board->talk;
    struct ed_strike strike;
    while (talk->resending) {
        uint32_t number = talk->resend_next++;
        talk->resending = number != talk->resend_last;
        if (ed_outbox_again(&board->outbox, number, &strike)) {
            say_strike(board, &strike, number);
            return true;
        }
    }
    return false;
}

static bool say_scope(struct ed_board *board)
{
    const struct ed_piece *piece = ed_scope_piece(&board->scope);
    struct ed_tx *tx = &board->talk.tx;
    if (piece == NULL) {
        return false;
    }
    begin_unasked(board, ED_SCOPE_DATA);
    ed_tx_u32(tx, piece->t_us);
    ed_tx_u32(tx, board->about->period_ns);
    ed_tx_u8(tx, board->scope.pad);
    ed_tx_u8(tx, piece->count);
    for (uint8_t i = 0; i < piece->count; i++) {
        ed_tx_u16(tx, piece->readings[i]);
    }
    ed_scope_sent(&board->scope);
    return true;
}

static bool say_something(struct ed_board *board, uint64_t now_us)
{
    struct ed_talk *talk = &board->talk;
    struct ed_strike strike;
    struct ed_pedal pedal;
    struct ed_cue cue;
    uint32_t number;
    if (!talk->announced) {
        talk->announced = true;
        say_hello_ack(board, 0, now_us);
    } else if (ed_outbox_next_pedal(&board->outbox, &pedal)) { /* a hit behind it wants to know */
        begin_unasked(board, ED_PEDAL);
        ed_tx_u32(&talk->tx, pedal.t_us);
        ed_tx_u8(&talk->tx, pedal.pad);
        ed_tx_u16(&talk->tx, pedal.value);
    } else if (ed_outbox_next(&board->outbox, &strike, &number, (uint32_t)now_us)) {
        say_strike(board, &strike, number);
    } else if (answer_waits(talk)) {
        say_answer(board, &talk->answers[talk->first_answer], now_us);
        talk->first_answer = (uint8_t)((talk->first_answer + 1u) % ED_ANSWERS);
        talk->answers_count--;
    } else if (ed_cues_answer(&board->cues, &cue)) {
        begin(board, ED_CUE + ED_ANSWER, cue.seq);
        ed_tx_u64(&talk->tx, cue.at_us);
        ed_tx_u8(&talk->tx, cue.id);
    } else if (talk->save == ED_SAVE_DONE || talk->save == ED_SAVE_FAILED) {
        say_saved(board);
    } else if (talk->beat_waits) {
        talk->beat_waits = false;
        say_heartbeat(board, now_us);
    } else {
        return say_again(board) || say_scope(board);
    }
    return true;
}

bool ed_say(struct ed_board *board, uint64_t now_us)
{
    bool something = say_something(board, now_us);
    if (something) {
        ed_tx_end(&board->talk.tx);
    }
    return something;
}

bool ed_has_to_say(const struct ed_board *board)
{
    const struct ed_talk *talk = &board->talk;
    return !talk->announced || ed_outbox_waits(&board->outbox) || talk->answers_count != 0 || board->cues.done != 0 ||
           talk->save == ED_SAVE_DONE || talk->save == ED_SAVE_FAILED || talk->beat_waits || talk->resending ||
           ed_scope_piece(&board->scope) != NULL;
}
