#include "ed_pad.h"

#include "ed_kit.h"
#include "ed_level.h"

/* In the band a strike is at least this part of its raw peak, on any pad: so that the limit keeps out
 * nothing that `threshold` lets in. */
#define DULLEST_PART 4u

/* 30 dB are a fall to e^-3.454; times 65536 for ed_sensor's `fall`. */
#define FALL_OF_30_DB 226353u

static uint8_t input_of(const struct ed_params *params, enum ed_pad_param which, uint8_t index, uint8_t usual)
{
    int32_t input = ed_pad_value(params, which, index);
    return input != 0 ? (uint8_t)(input - 1) : usual;
}

/* Where there are twice as many inputs as pads, the second half belongs to the rims; else a rim is behind
 * its pad. */
static uint8_t usual_rim(uint8_t index)
{
    uint8_t rim = (uint8_t)(ED_CHANNELS >= 2 * ED_PADS ? index + ED_PADS : index + 1);
    return rim < ED_CHANNELS ? rim : ED_NO_CHANNEL;
}

uint8_t ed_pad_pedal(const struct ed_params *params, uint8_t index)
{
    return input_of(params, ED_PAD_PEDAL_INPUT, index, ED_NO_CHANNEL);
}

void ed_pad_set(struct ed_pad *pad, const struct ed_params *params, uint8_t index)
{
    pad->rim = ED_NO_CHANNEL;
    if (ed_pad_value(params, ED_PAD_KIND, index) >= ED_PAD_TWO_PIEZOS) {
        pad->rim = input_of(params, ED_PAD_RIM_INPUT, index, usual_rim(index));
    }
    ed_curve_set(&pad->curve, (uint16_t)ed_pad_value(params, ED_PAD_GAIN, index),
                 (uint8_t)ed_pad_value(params, ED_PAD_RANGE, index),
                 (int8_t)ed_pad_value(params, ED_PAD_CURVE, index));
    uint32_t threshold = (uint32_t)ed_pad_value(params, ED_PAD_THRESHOLD, index);
    pad->faintest = ed_curve_level(&pad->curve, (uint16_t)(threshold * 65535u / 100u));
    pad->scan_us = (uint16_t)ed_pad_value(params, ED_PAD_SCAN, index);
    pad->mask_us = (uint16_t)ed_pad_value(params, ED_PAD_MASK, index);
    uint16_t rim_gain = (uint16_t)ed_pad_value(params, ED_PAD_RIM_GAIN, index);
    pad->rim_gain = (int16_t)(ed_level_of((uint16_t)(rim_gain << 4)) - ed_level_of(100u << 4));
}

void ed_pad_tune(const struct ed_pad *pad, struct ed_sensor *sensor, const struct ed_params *params, uint8_t index)
{
    uint16_t faintest = ed_level_amplitude(pad->faintest);
    uint32_t tick_us = (uint32_t)ED_TICK * ED_PERIOD_US;
    uint32_t decay_ms = (uint32_t)ed_pad_value(params, ED_PAD_DECAY, index);
    sensor->threshold = (uint16_t)(faintest / DULLEST_PART * ED_BAND_PER_STEP / ED_PEAK_PER_STEP + 1u);
    sensor->fall = (uint16_t)(FALL_OF_30_DB * (tick_us / 10u) / (decay_ms * 100u));
    sensor->over_ring = (uint16_t)((uint32_t)ed_pad_value(params, ED_PAD_OVER_RING, index) * 256u / 100u);
}

uint16_t ed_pad_below(const struct ed_pad *pad, uint16_t level)
{
    return level < pad->curve.full ? (uint16_t)(pad->curve.full - level) : 0;
}
