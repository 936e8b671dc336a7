#include "ed_board.h"

#include "ed_protocol.h"

void ed_board_start(struct ed_board *board, const struct ed_about *about, uint32_t boot_id, uint64_t now_us)
{
    board->about = about;
    board->boot_id = boot_id;
    board->counts = (struct ed_counts){0};
    ed_params_default(&board->params);
    ed_keep_start(&board->keep);
    ed_outbox_start(&board->outbox);
    ed_kit_start(&board->kit, &board->params, (uint32_t)now_us);
    ed_cues_start(&board->cues);
    ed_scope_start(&board->scope);
    ed_talk_start(board, now_us);
}

bool ed_board_restore_begin(struct ed_board *board, struct ed_restore *restore, uint8_t slot)
{
    bool wanted = ed_keep_wants(&board->keep, restore, slot);
    if (wanted) {
        ed_params_default(&board->params); /* of the other slot, which was older, nothing is to stay */
    }
    return wanted;
}

void ed_board_restore_byte(struct ed_board *board, struct ed_restore *restore, uint8_t byte)
{
    ed_restore_take(restore, &board->params, byte);
}

void ed_board_restore_end(struct ed_board *board)
{
    ed_kit_set(&board->kit, ED_WHOLE_BOARD);
    for (uint8_t pad = 0; pad < ED_PADS; pad++) {
        ed_kit_set(&board->kit, pad);
    }
}

void ed_board_restore(struct ed_board *board, uint8_t slot, const uint8_t *image, uint16_t length)
{
    struct ed_restore restore;
    ed_restore_start(&restore);
    for (uint16_t at = 0; at < length; at++) {
        ed_restore_check(&restore, image[at]);
    }
    if (!ed_board_restore_begin(board, &restore, slot)) {
        return;
    }
    for (uint16_t at = 0; at < length; at++) {
        ed_board_restore_byte(board, &restore, image[at]);
    }
    ed_board_restore_end(board);
}

void ed_board_sample(struct ed_board *board, uint8_t channel, uint16_t reading, uint32_t t_us)
{
    if (channel == board->scope.channel) {
        ed_scope_add(&board->scope, reading, t_us);
    }
    ed_kit_sample(&board->kit, channel, reading, t_us);
}

void ed_board_sweep(struct ed_board *board, const uint16_t *readings, uint32_t t_us, uint8_t step_us)
{
    uint8_t watched = board->scope.channel;
    if (watched < ED_CHANNELS) {
        ed_scope_add(&board->scope, readings[watched], t_us + (uint16_t)(watched * step_us));
    }
    ed_kit_sweep(&board->kit, readings, t_us, step_us);
}

void ed_board_receive(struct ed_board *board, uint8_t byte, uint64_t t_us)
{
    switch (ed_rx_byte(&board->talk.rx, byte)) {
    case ED_HEARD_FRAME:
        ed_ask(board, t_us);
        break;
    case ED_HEARD_BAD:
        board->counts.bad_frames++;
        break;
    case ED_HEARD_NOTHING:
        break;
    }
}

void ed_board_run(struct ed_board *board, uint64_t now_us)
{
    struct ed_talk *talk = &board->talk;
    ed_cues_run(&board->cues, now_us);
    ed_kit_run(&board->kit, &board->outbox, (uint32_t)now_us);
    while (talk->beat_us <= now_us) {
        talk->beat_us += ED_HEARTBEAT_US;
        talk->beat_waits = true;
        ed_outbox_pedals_again(&board->outbox, (uint32_t)now_us);
    }
}

uint16_t ed_board_send(struct ed_board *board, uint8_t *out, uint16_t room, uint64_t now_us)
{
    struct ed_tx *tx = &board->talk.tx;
    if (room == 0 || (ed_tx_idle(tx) && !ed_say(board, now_us))) {
        return 0;
    }
    uint16_t count = 0;
    while (count < room && !ed_tx_idle(tx)) {
        out[count++] = tx->bytes[tx->at++];
    }
    return count;
}

bool ed_board_has_to_say(const struct ed_board *board)
{
    return !ed_tx_idle(&board->talk.tx) || ed_has_to_say(board);
}

uint64_t ed_board_next_us(const struct ed_board *board, uint64_t now_us)
{
    uint64_t next_us = board->talk.beat_us;
    uint32_t wait_us = ed_kit_wait_us(&board->kit, (uint32_t)now_us);
    if (board->cues.next_us < next_us) {
        next_us = board->cues.next_us;
    }
    if (wait_us != ED_NEVER_US && now_us + wait_us < next_us) {
        next_us = now_us + wait_us;
    }
    return next_us;
}

uint16_t ed_board_output(const struct ed_board *board, uint8_t id)
{
    if (id >= ED_OUTPUTS) {
        return 0;
    }
    uint16_t level = board->cues.outputs[id].level;
    if (board->about->lights & (1u << id)) {
        uint32_t brightness = (uint32_t)ed_board_value(&board->params, ED_BOARD_LED_BRIGHTNESS);
        level = brightness == 0 ? 0 : (uint16_t)(level * (brightness + 1u) >> 8);
    }
    return level;
}

bool ed_board_outputs_changed(struct ed_board *board)
{
    bool changed = board->cues.changed;
    board->cues.changed = false;
    return changed;
}

bool ed_board_save(struct ed_board *board, struct ed_write *write)
{
    return ed_keep_next(&board->keep, &board->params, write);
}

void ed_board_saved(struct ed_board *board, bool ok)
{
    ed_talk_saved(board, ok);
}
