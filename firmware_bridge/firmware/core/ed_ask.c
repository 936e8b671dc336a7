#include "ed_seldom.h"

/* Questions of the host. */
#include "ed_board.h"
#include "ed_protocol.h"
#include "ed_wire.h"

void ed_talk_start(struct ed_board *board, uint64_t now_us)
{
    struct ed_talk *talk = &board->talk;
    ed_rx_start(&talk->rx);
    ed_tx_start(&talk->tx);
    talk->beat_us = now_us + ED_HEARTBEAT_US;
    talk->first_answer = 0;
    talk->answers_count = 0;
    talk->unasked = 0;
    talk->save = ED_SAVE_IDLE;
    talk->resending = false;
    talk->announced = false;
    talk->beat_waits = false;
    talk->understood = true;
}

bool ed_board_ready(const struct ed_board *board)
{
    return board->talk.answers_count < ED_ANSWERS;
}

/* There is room: `ed_ask` has looked. */
static struct ed_answer *answer(struct ed_talk *talk)
{
    uint8_t at = (uint8_t)((talk->first_answer + talk->answers_count++) % ED_ANSWERS);
    struct ed_answer *answer = &talk->answers[at];
    answer->type = talk->rx.packet[0];
    answer->seq = talk->rx.packet[1];
    answer->refused = false;
    return answer;
}

static void refuse(struct ed_talk *talk, enum ed_refusal reason)
{
    struct ed_answer *refusal = answer(talk);
    refusal->refused = true;
    refusal->about.reason = (uint8_t)reason;
}

static bool refuse_param(struct ed_talk *talk, enum ed_param_error error)
{
    if (error != ED_PARAM_FINE) {
        refuse(talk, error == ED_PARAM_NO_SUCH_ID ? ED_NO_SUCH_ID : ED_NO_SUCH_PAD);
    }
    return error != ED_PARAM_FINE;
}

/* Another host may be there: what the last one wanted is nothing to it, least of all its answers. */
static void hello(struct ed_board *board, const uint8_t *payload)
{
    struct ed_talk *talk = &board->talk;
    talk->understood = payload[0] <= ED_MAJOR && payload[1] >= ED_MAJOR;
    talk->answers_count = 0;
    talk->resending = false;
    talk->save = ED_SAVE_IDLE;
    ed_scope_start(&board->scope);
    ed_cues_forget(&board->cues);
    (void)answer(talk);
}

static void get(struct ed_board *board, const uint8_t *payload)
{
    uint16_t id = ed_read_u16(payload);
    int32_t value;
    if (refuse_param(&board->talk, ed_params_get(&board->params, id, payload[2], &value))) {
        return;
    }
    struct ed_answer *got = answer(&board->talk);
    got->about.param.id = id;
    got->about.param.index = payload[2];
    got->about.param.value = value;
}

static void set(struct ed_board *board, const uint8_t *payload)
{
    uint16_t id = ed_read_u16(payload);
    uint8_t index = payload[2];
    int32_t value = (int32_t)ed_read_u32(payload + 3);
    if (refuse_param(&board->talk, ed_params_set(&board->params, id, index, &value))) {
        return;
    }
    ed_keep_touch(&board->keep);
    board->cues.changed = true; /* it may have been the brightness */
    ed_kit_set(&board->kit, index);
    if (board->scope.channel != ED_NO_CHANNEL) { /* the pad may have moved to another channel */
        board->scope.channel = ed_kit_channel(&board->kit, board->scope.pad);
    }
    struct ed_answer *applied = answer(&board->talk);
    applied->about.param.id = id;
    applied->about.param.index = index;
    applied->about.param.value = value;
}

static void save(struct ed_board *board)
{
    struct ed_talk *talk = &board->talk;
    if (!(board->about->capabilities & ED_CAN_SAVE)) {
        refuse(talk, ED_NOT_CAPABLE);
        return;
    }
    if (!board->keep.writing) {
        if (!board->keep.changed) {
            (void)answer(talk);
            return;
        }
        ed_keep_begin(&board->keep);
    }
    talk->save = ED_SAVE_ASKED; /* asked once more while it is being written, it is answered once */
    talk->save_seq = talk->rx.packet[1];
}

void ed_talk_saved(struct ed_board *board, bool ok)
{
    struct ed_talk *talk = &board->talk;
    ed_keep_end(&board->keep, ok);
    if (talk->save == ED_SAVE_ASKED) {
        talk->save = ok ? ED_SAVE_DONE : ED_SAVE_FAILED;
    }
}

static void ping(struct ed_board *board, const uint8_t *payload, uint64_t t_rx_us)
{
    struct ed_answer *pong = answer(&board->talk);
    pong->about.ping.token = ed_read_u32(payload);
    pong->about.ping.t_rx_us = t_rx_us;
}

static void resend(struct ed_board *board, const uint8_t *payload)
{
    struct ed_answer *resending = answer(&board->talk);
    resending->about.resend.first = ed_read_u32(payload);
    resending->about.resend.last = ed_read_u32(payload + 4);
}

static void cue(struct ed_board *board, const uint8_t *payload)
{
    struct ed_cue wanted = {
        .at_us = ed_read_u64(payload),
        .duration_us = ed_read_u32(payload + 8),
        .value = ed_read_u16(payload + 12),
        .id = payload[14],
        .seq = board->talk.rx.packet[1],
    };
    if (board->about->outputs == 0) {
        refuse(&board->talk, ED_NOT_CAPABLE);
    } else if (wanted.id >= board->about->outputs || wanted.id >= ED_OUTPUTS) {
        refuse(&board->talk, ED_NO_SUCH_ID);
    } else if (!ed_cues_take(&board->cues, &wanted)) {
        refuse(&board->talk, ED_BUSY);
    }
}

static void watch_pad(struct ed_board *board, const uint8_t *payload)
{
    uint8_t pad = payload[0];
    uint8_t channel = pad < ED_PADS ? ed_kit_channel(&board->kit, pad) : ED_NO_CHANNEL;
    if (ED_SCOPE == 0) {
        refuse(&board->talk, ED_NOT_CAPABLE);
        return;
    }
    if (channel == ED_NO_CHANNEL) {
        refuse(&board->talk, ED_NO_SUCH_PAD);
        return;
    }
    ed_scope_watch(&board->scope, pad, payload[1] ? channel : ED_NO_CHANNEL);
    struct ed_answer *watching = answer(&board->talk);
    watching->about.watch.pad = pad;
    watching->about.watch.on = payload[1];
}

/* Bytes of payload by type; a longer one comes from a newer minor version, and its end is passed over. */
static uint8_t least_payload(uint8_t type)
{
    switch (type) {
    case ED_HELLO:
        return 3;
    case ED_DESCRIBE:
        return 1;
    case ED_GET:
        return 3;
    case ED_SET:
        return 7;
    case ED_PING:
        return 24;
    case ED_RESEND:
        return 8;
    case ED_CUE:
        return 15;
    case ED_WATCH_PAD:
        return 2;
    default:
        return 0;
    }
}

void ed_ask(struct ed_board *board, uint64_t t_rx_us)
{
    struct ed_talk *talk = &board->talk;
    uint8_t type = talk->rx.packet[0];
    uint16_t length = ed_rx_payload_length(&talk->rx);
    const uint8_t *payload = talk->rx.packet + 2;
    bool fits = length >= least_payload(type);
    if (type == 0 || type > ED_LAST_QUESTION || (!talk->understood && type != ED_HELLO)) {
        board->counts.passed_over++;
        return;
    }
    if (type == ED_HELLO && fits) {
        hello(board, payload);
        return;
    }
    if (!ed_board_ready(board)) { /* undone, so that it may be asked again; not lost unseen */
        board->counts.overruns += (uint32_t)length + ED_AROUND + 2u;
        return;
    }
    if (!fits) {
        refuse(talk, ED_MALFORMED);
        return;
    }
    switch (type) {
    case ED_DESCRIBE:
        answer(talk)->about.first = payload[0];
        break;
    case ED_GET:
        get(board, payload);
        break;
    case ED_SET:
        set(board, payload);
        break;
    case ED_SAVE:
        save(board);
        break;
    case ED_PING:
        ping(board, payload, t_rx_us);
        break;
    case ED_RESEND:
        resend(board, payload);
        break;
    case ED_CUE:
        cue(board, payload);
        break;
    case ED_WATCH_PAD:
        watch_pad(board, payload);
        break;
    default:
        refuse(talk, ED_UNKNOWN_TYPE);
        break;
    }
}
