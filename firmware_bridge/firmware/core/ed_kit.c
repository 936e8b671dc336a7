#include "ed_kit.h"

void ed_kit_start(struct ed_kit *kit, const struct ed_params *params, uint32_t now_us)
{
    (void)params;
    (void)now_us;
    kit->nothing_yet = 0;
}

void ed_kit_set(struct ed_kit *kit, const struct ed_params *params, uint8_t pad)
{
    (void)kit;
    (void)params;
    (void)pad;
}

void ed_kit_sample(struct ed_kit *kit, uint8_t channel, uint16_t reading, uint32_t t_us)
{
    (void)kit;
    (void)channel;
    (void)reading;
    (void)t_us;
}

void ed_kit_run(struct ed_kit *kit, struct ed_outbox *outbox, uint32_t now_us)
{
    (void)kit;
    (void)outbox;
    (void)now_us;
}

uint32_t ed_kit_wait_us(const struct ed_kit *kit, uint32_t now_us)
{
    (void)kit;
    (void)now_us;
    return ED_NEVER_US;
}

uint32_t ed_kit_dc_fault(const struct ed_kit *kit)
{
    (void)kit;
    return 0;
}

uint8_t ed_kit_channel(const struct ed_kit *kit, uint8_t pad)
{
    (void)kit;
    return pad < ED_CHANNELS ? pad : ED_NO_CHANNEL;
}
