/* Eight outputs by PWM at 20 kHz, above what a motor can be heard with. */
#include "outputs.h"

#include "pins.h"
#include "registers.h"

#define TOP 2999u /* 120 MHz / 2 / 3000 = 20 kHz */
#define SLICES 8u

static uint16_t shown[ED_OUTPUTS];
static uint32_t compare[SLICES]; /* A in the lower half, B in the upper */

static void show(uint32_t pin, uint16_t level)
{
    const uint32_t slice = ED_SLICE(pin);
    /* Full is really full: the compare value is then behind the last count. */
    const uint32_t count = ((uint32_t)level * (TOP + 1u) + 0x7FFFu) >> 16;
    const uint32_t half = 16u * (pin & 1u);
    compare[slice] = (compare[slice] & ~(0xFFFFu << half)) | (count << half);
    ED_REG(PWM_COMPARE(slice)) = compare[slice];
    /* A new level counts from the counter's next turn, so that is made now. */
    ED_REG(PWM_COUNTER(slice)) = TOP;
    ED_REG(PWM_CSR(slice)) = compare[slice] != 0u ? PWM_ENABLE : 0u;
    /* A slice that is off keeps its pins where they were: dark is said to the pin itself. */
    ED_REG(IO_CTRL(pin)) = FUNCTION_PWM | (count == 0u ? IO_OUT_LOW : 0u);
}

void ed_outputs_start(void)
{
    for (uint32_t pin = ED_PIN_OUTPUTS; pin < ED_PIN_OUTPUTS + ED_OUTPUTS; pin++) {
        ED_REG(PWM_DIV(ED_SLICE(pin))) = 2u << 4;
        ED_REG(PWM_TOP(ED_SLICE(pin))) = TOP;
        ED_REG(PAD(pin)) = PAD_DRIVE_4MA;
        show(pin, 0u);
    }
    ED_REG(PAD(ED_PIN_OWN_LIGHT)) = PAD_DRIVE_4MA;
    ED_REG(IO_CTRL(ED_PIN_OWN_LIGHT)) = FUNCTION_PWM | IO_OUT_LOW;
}

void ed_outputs_show(const struct ed_board *board)
{
    for (uint8_t output = 0u; output < ED_OUTPUTS; output++) {
        const uint16_t level = ed_board_output(board, output);
        if (level == shown[output]) {
            continue;
        }
        shown[output] = level;
        show(ED_PIN_OUTPUTS + output, level);
        if (output == 0u) {
            ED_REG(IO_CTRL(ED_PIN_OWN_LIGHT)) = ED_REG(IO_CTRL(ED_PIN_OUTPUTS));
        }
    }
}
