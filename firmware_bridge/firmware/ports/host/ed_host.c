#include "ed_host.h"

#include "ed_time.h"

#define NS_PER_US 1000u

static void copy_text(char *to, const char *from)
{
    uint32_t i = 0;
    for (; i < ED_HOST_TEXT - 1u && from[i] != 0; i++) {
        to[i] = from[i];
    }
    to[i] = 0;
}

void ed_host_sizes(struct ed_host_sizes *sizes)
{
    *sizes = (struct ed_host_sizes){
        .host_bytes = sizeof(struct ed_host),
        .board_bytes = sizeof(struct ed_board),
        .keep_bytes = ED_KEEP_BYTES,
        .values_bytes = sizeof(struct ed_params),
        .channels = ED_CHANNELS,
        .pads = ED_PADS,
        .ring = ED_RING,
        .cues = ED_CUES,
        .answers = ED_ANSWERS,
        .rx_payload = ED_RX_PAYLOAD,
        .tx_payload = ED_TX_PAYLOAD,
        .scope = ED_SCOPE,
        .params = ED_PARAMS,
        .pedals = ED_PEDALS,
        .longest_decision_us = ED_LONGEST_DECISION_US,
    };
}

void ed_host_start(struct ed_host *host, const struct ed_host_about *about, uint64_t now_us)
{
    copy_text(host->firmware, about->firmware);
    copy_text(host->name, about->name);
    host->about = (struct ed_about){
        .board_id = about->board_id,
        .clock_hz = 1000000,
        .period_ns = about->period_ns,
        .capabilities = about->capabilities,
        .firmware = host->firmware,
        .board = host->name,
        .outputs = about->outputs,
        .lights = about->lights,
    };
    ed_board_start(&host->board, &host->about, about->boot_id, now_us);
}

void ed_host_receive(struct ed_host *host, const uint8_t *bytes, uint32_t length, uint64_t t_us)
{
    for (uint32_t i = 0; i < length; i++) {
        ed_board_receive(&host->board, bytes[i], t_us);
    }
}

void ed_host_counts(const struct ed_host *host, struct ed_host_counts *counts)
{
    const struct ed_board *board = &host->board;
    counts->hits = board->outbox.hits;
    counts->bad_frames = board->counts.bad_frames;
    counts->overruns = board->counts.overruns;
    counts->hits_dropped = board->outbox.dropped;
    counts->adc_overruns = board->counts.adc_overruns;
    counts->passed_over = board->counts.passed_over;
}

void ed_host_count(struct ed_host *host, uint32_t overruns, uint32_t adc_overruns, uint8_t load_percent)
{
    host->board.counts.overruns += overruns;
    host->board.counts.adc_overruns += adc_overruns;
    host->board.counts.load_percent = load_percent;
}

void ed_host_strike(struct ed_host *host, const struct ed_strike *strike)
{
    *ed_outbox_strike(&host->board.outbox) = *strike;
}

void ed_host_pedal(struct ed_host *host, const struct ed_pedal *pedal)
{
    ed_outbox_pedal(&host->board.outbox, pedal);
}

uint32_t ed_host_dc_fault(const struct ed_host *host)
{
    return ed_kit_dc_fault(&host->board.kit);
}

void ed_host_values(const struct ed_host *host, uint8_t *out)
{
    __builtin_memcpy(out, &host->board.params, sizeof host->board.params);
}

uint32_t ed_host_say(struct ed_host *host, uint8_t *out, uint32_t room, uint64_t now_us)
{
    uint32_t said = 0;
    for (;;) {
        uint32_t left = room - said;
        uint16_t count = ed_board_send(&host->board, out + said, left > UINT16_MAX ? UINT16_MAX : (uint16_t)left, now_us);
        if (count == 0) {
            return said;
        }
        said += count;
    }
}

uint32_t ed_host_play(struct ed_host *host, const uint16_t *readings, uint32_t sweeps, uint8_t channels, uint64_t t_us,
                      uint32_t period_ns, uint32_t step_ns, uint8_t *out, uint32_t room)
{
    uint32_t said = 0;
    for (uint32_t sweep = 0; sweep < sweeps; sweep++) {
        uint64_t at_ns = (uint64_t)sweep * period_ns;
        for (uint8_t channel = 0; channel < channels; channel++) {
            uint64_t at_us = t_us + (at_ns + (uint64_t)channel * step_ns) / NS_PER_US;
            ed_board_sample(&host->board, channel, readings[(uint64_t)sweep * channels + channel], (uint32_t)at_us);
        }
        uint64_t now_us = t_us + (at_ns + period_ns) / NS_PER_US;
        ed_board_run(&host->board, now_us);
        said += ed_host_say(host, out + said, room - said, now_us);
    }
    return said;
}

void ed_host_time(const uint32_t *timer_us, uint32_t count, uint64_t *time_us)
{
    struct ed_time time = {0, 0};
    for (uint32_t i = 0; i < count; i++) {
        time_us[i] = ed_time_us(&time, timer_us[i]);
    }
}

uint64_t ed_host_time_near(uint64_t now_us, uint32_t timer_us)
{
    return ed_time_near(now_us, timer_us);
}
