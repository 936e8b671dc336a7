/* ADC, DMA and the multiplexers' select lines, all timed by hardware off one crystal.
 *
 * The converter runs free, in turn over GP26 (multiplexer A: heads), GP27 (multiplexer B: rims) and GP28 (the
 * hi-hat controller, straight), a conversion every 250 ticks of its 48 MHz; DMA puts them into a ring. Three
 * square waves from PWM slices, of 2, 4 and 8 steps, count the multiplexers' address. 24 conversions are a
 * frame of 125 us:
 *
 *     step          |<------------- 15.625 us ------------->|
 *     conversions   A....... B....... hat.....  A....... B ...
 *     address       ____________X_______________________________X__
 *                   0   2    5.2  7.8 10.4      15.6
 *
 * The address changes 0.6 us after B is read, so that A has 7.8 us to settle, B 13. A stamp is a count of
 * conversions since the first: no interrupt, nothing to be late.
 *
 * With ED_PICO_DIRECT there are no multiplexers, and the three inputs are three channels. */
#include "sampling.h"

#include "clocks.h"
#include "pins.h"
#include "registers.h"

#ifdef ED_PICO_DIRECT
#define STEPS 1u
#else
#define STEPS 8u
#endif
#define INPUTS 3u
#define FRAME (STEPS * INPUTS)
#define CONVERSION_TICKS (ED_ADC_HZ / 1000000u * ED_FRAME_US / FRAME)
/* Half of the cost of waking up for each, and hardly any latency. */
#define FRAMES_AT_ONCE 2u
/* After a flash erase many frames wait; of each pad only one strike can wait to be decided, and lights not at all. */
#define FRAMES_AT_MOST 8u
#define CONVERTING_US 2u      /* 96 ticks from the start of a conversion to its reading */
#define STEP_CYCLES (CONVERSION_TICKS * INPUTS * 5u / 2u) /* of the system's 120 MHz */
#define SETTLED_CYCLES (STEP_CYCLES / 2u)

_Static_assert(ED_SYSTEM_HZ / 5u * 2u == ED_ADC_HZ, "a step is a whole number of system cycles");
_Static_assert(CONVERSION_TICKS * FRAME == ED_ADC_HZ / 1000000u * ED_FRAME_US, "8 kHz a channel");

#define RING_BITS 15u
#define RING (1u << (RING_BITS - 1u)) /* readings: 85 ms, longer than most flash erases take */
#define READINGS 0u                   /* DMA channels */
#define WINDER 1u
#define TURN (FRAME * 100000000u) /* readings until the DMA is wound up again: 3.5 hours */

static volatile uint16_t ring[RING] __attribute__((section(".ring"), aligned(1u << RING_BITS)));
static const volatile uint32_t turn = TURN;
static uint32_t seen;    /* where the DMA's count was last seen */
static uint32_t waiting; /* readings in the ring that are not handed on */
static uint32_t next;    /* place of the oldest of them */
static uint64_t frame_us; /* when the frame began that is next */

/* Steps are counted in as many bits: none, or three. */
#define SELECTS (STEPS == 1u ? 0u : 3u)
static const uint32_t selects[] = {ED_PIN_SELECT_0, ED_PIN_SELECT_1, ED_PIN_SELECT_2};

static void stop(void)
{
    ED_REG(ADC_CS) = ADC_ENABLE;
    while ((ED_REG(ADC_CS) & ADC_READY) == 0u) {
    }
    ED_REG(DMA_ABORT) = (1u << READINGS) | (1u << WINDER);
    while (ED_REG(DMA_ABORT) != 0u) {
    }
    while ((ED_REG(ADC_FCS) & ADC_FIFO_EMPTY) == 0u) {
        (void)ED_REG(ADC_FIFO);
    }
    for (uint32_t i = 0u; i < SELECTS; i++) {
        ED_REG(PWM_CSR(selects[i] / 2u)) = 0u;
    }
}

static void prepare_selects(void)
{
    for (uint32_t i = 0u; i < SELECTS; i++) {
        const uint32_t slice = selects[i] / 2u;
        const uint32_t half = STEP_CYCLES << i;
        ED_REG(PWM_DIV(slice)) = 1u << 4;
        ED_REG(PWM_TOP(slice)) = 2u * half - 1u;
        ED_REG(PWM_COMPARE(slice)) = half;
        /* Enabled when the first reading is there; by then so much of the first step is over. */
        ED_REG(PWM_COUNTER(slice)) =
            STEP_CYCLES - SETTLED_CYCLES + CONVERTING_US * (ED_SYSTEM_HZ / 1000000u);
        ED_REG(IO_CTRL(selects[i])) = FUNCTION_PWM;
        ED_REG(PAD(selects[i])) = PAD_DRIVE_4MA;
    }
}

static void prepare_dma(void)
{
    /* The second channel winds the first one up, each time that its count has run out. */
    ED_REG(DMA_READ(WINDER)) = (uint32_t)&turn;
    ED_REG(DMA_WRITE(WINDER)) = DMA_COUNT_START(READINGS);
    ED_REG(DMA_COUNT(WINDER)) = 1u;
    ED_REG(DMA_CTRL(WINDER)) =
        DMA_ENABLE | DMA_32_BIT | DMA_CHAIN_TO(WINDER) | DMA_PACED_BY(DMA_UNPACED);
    ED_REG(DMA_READ(READINGS)) = ADC_FIFO;
    ED_REG(DMA_WRITE(READINGS)) = (uint32_t)ring;
    ED_REG(DMA_COUNT(READINGS)) = TURN;
    ED_REG(DMA_CTRL_START(READINGS)) = DMA_ENABLE | DMA_16_BIT | DMA_WRITE_STEPS |
                                       DMA_RING_WRITE(RING_BITS) | DMA_CHAIN_TO(WINDER) |
                                       DMA_PACED_BY(DMA_REQUEST_ADC);
}

void ed_sampling_start(void)
{
    for (uint32_t input = 0u; input < INPUTS; input++) {
        ED_REG(PAD(ED_PIN_ADC + input)) = PAD_OUTPUT_OFF;
        ED_REG(IO_CTRL(ED_PIN_ADC + input)) = FUNCTION_NONE;
    }
    ED_REG(ADC_CS) = ADC_ENABLE;
    stop();
    prepare_selects();
    ED_REG(ADC_FCS) = ADC_FIFO_ENABLE | ADC_FIFO_DREQ | ADC_FIFO_OVER | ADC_FIFO_UNDER |
                      ADC_FIFO_THRESHOLD(1);
    ED_REG(ADC_DIV) = (CONVERSION_TICKS - 1u) << 8;
    prepare_dma();
    ED_REG(ADC_CS) = ADC_ENABLE | ADC_START_MANY | ADC_ROUND_ROBIN((1u << INPUTS) - 1u);
    while (ED_REG(DMA_COUNT(READINGS)) == TURN) {
    }
    for (uint32_t i = 0u; i < SELECTS; i++) {
        ED_REG(PWM_CSR(selects[i] / 2u)) = PWM_ENABLE | PWM_INVERT_A;
    }
    frame_us = ed_clock_us() - CONVERTING_US;
    seen = TURN;
    waiting = 0u;
    next = 0u;
}

static uint16_t reading(uint32_t input)
{
    return ring[(next + input) & (RING - 1u)];
}

#ifdef ED_PICO_DIRECT

static void hand_on_frame(struct ed_board *board)
{
    for (uint32_t input = 0u; input < INPUTS; input++) {
        ed_board_sample(board, (uint8_t)input, reading(input),
                        (uint32_t)frame_us + input * ED_FRAME_US / INPUTS);
    }
    next += INPUTS;
    frame_us += ED_FRAME_US;
}

#else

static void hand_on_frame(struct ed_board *board)
{
    uint32_t pedal = 0u;
    for (uint32_t step = 0u; step < STEPS; step++) {
        const uint32_t at_us = (uint32_t)frame_us + ((step * ED_FRAME_US) >> 3);
        ed_board_sample(board, (uint8_t)step, reading(0u), at_us);
        ed_board_sample(board, (uint8_t)(STEPS + step), reading(1u), at_us + 5u);
        pedal += reading(2u);
        next += INPUTS;
    }
    ed_board_sample(board, 2u * STEPS, (uint16_t)(pedal / STEPS),
                    (uint32_t)frame_us + ED_FRAME_US / 2u);
    frame_us += ED_FRAME_US;
}

#endif

uint64_t ed_sampling_due_us(void)
{
    return frame_us + FRAMES_AT_ONCE * ED_FRAME_US + CONVERTING_US;
}

void ed_sampling_drain(struct ed_board *board)
{
    const uint32_t count = ED_REG(DMA_COUNT(READINGS));
    waiting += count <= seen ? seen - count : seen + TURN - count;
    seen = count;
    if (waiting >= RING || (ED_REG(ADC_FCS) & ADC_FIFO_OVER) != 0u) {
        /* The oldest are overwritten: begin anew, with the right pad in the right place. */
        board->counts.adc_overruns += waiting;
        ed_sampling_start();
        return;
    }
    for (uint32_t frames = FRAMES_AT_MOST; frames != 0u && waiting >= FRAME; frames--) {
        hand_on_frame(board);
        waiting -= FRAME;
    }
}
