#include "board.h"

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_hex.h>
#include <simavr/sim_time.h>
#include <stdlib.h>
#include <string.h>

#define HZ 16000000u
#define SUPPLY_MV 5000u
#define TIMER_0_COMPARE_A_UNO 14
#define TIMER_0_COMPARE_A_LEONARDO 21
/* The input is held two converter clocks after the start; the result stands 13 of them after it. */
#define HELD_AFTER_CYCLES 32u
#define RESULT_AFTER_CYCLES 207u
#define PAINT 0xC5
#define KEY_AT 0x0800u

static uint8_t input_of_mux(const struct sim_board *board, uint32_t mux)
{
    static const uint8_t leonardo[8] = {5, 4, 255, 255, 3, 2, 1, 0};
    return board->leonardo ? leonardo[mux & 7u] : (uint8_t)mux;
}

static uint16_t reading_now(const struct sim_board *board, uint8_t input)
{
    if (input >= board->channels || board->frames == 0) {
        return 2048;
    }
    double at_s = (double)(board->avr->cycle + HELD_AFTER_CYCLES) / HZ - board->wave_at_us / 1e6;
    if (at_s < 0) {
        return 2048;
    }
    uint64_t frame = (uint64_t)(at_s * board->wave_hz);
    if (frame >= board->frames) {
        frame = board->frames - 1;
    }
    return board->wave[frame * board->channels + input];
}

/* libsimavr looks at the chosen input when the result is read. The chip chooses when it starts, and by
 * then the firmware has long chosen the next one: so all inputs show what this conversion gave. */
static avr_cycle_count_t show_result(avr_t *avr, avr_cycle_count_t when, void *param)
{
    struct sim_board *board = param;
    (void)avr;
    (void)when;
    uint32_t code = board->converting >> 2;
    uint16_t mv = (uint16_t)((code * SUPPLY_MV + 1022u) / 1023u);
    if (mv != board->shown) {
        board->shown = mv;
        for (int n = 0; n < 8; n++) {
            avr_raise_irq(board->inputs[n], mv);
        }
    }
    return 0;
}

static void conversion_started(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    struct sim_board *board = param;
    union {
        uint32_t value;
        avr_adc_mux_t mux;
    } started = {.value = value};
    board->converting = reading_now(board, input_of_mux(board, started.mux.src));
    avr_cycle_timer_register(board->avr, RESULT_AFTER_CYCLES, show_result, board);
}

/* libsimavr's timers do not start the converter; the edge of the compare's flag does. */
static void timer_matched(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    struct sim_board *board = param;
    if (value) {
        avr_raise_irq(board->trigger, 1);
    }
}

static void byte_said(struct avr_irq_t *irq, uint32_t value, void *param)
{
    (void)irq;
    struct sim_board *board = param;
    board->said(board, (uint8_t)value);
}

static void pin_changed(struct avr_irq_t *irq, uint32_t value, void *param)
{
    struct sim_board *board = param;
    int output = irq == avr_io_getirq(board->avr, AVR_IOCTL_IOPORT_GETIRQ(board->leonardo ? 'C' : 'D'),
                                      board->leonardo ? 6 : 3);
    fprintf(board->log, "L %.3f %d %u\n", sim_us(board), output, value & 1u);
}

static void watch_pin(struct sim_board *board, char port, int pin)
{
    avr_irq_t *irq = avr_io_getirq(board->avr, AVR_IOCTL_IOPORT_GETIRQ(port), pin);
    avr_irq_set_flags(irq, avr_irq_get_flags(irq) | IRQ_FLAG_FILTERED);
    avr_irq_register_notify(irq, pin_changed, board);
}

static struct sim_board *sleeper;

static void sleep_no_time(avr_t *avr, avr_cycle_count_t cycles)
{
    struct sim_board *board = sleeper;
    uint64_t awake = avr->cycle - board->awake_since;
    if (board->awake_since >= board->awake_from && awake > board->longest_awake) {
        board->longest_awake = awake;
    }
    board->slept += cycles + 1;
    board->awake_since = avr->cycle + cycles + 1;
}

static void (*reset_of_the_core)(avr_t *);

/* What lies where a bootloader looks: its key, to stay. */
static void reset(avr_t *avr)
{
    struct sim_board *board = sleeper;
    const uint8_t *old = avr->data + KEY_AT;
    const uint8_t *safe = avr->data + avr->ramend - 1;
    if (avr->cycle != 0) {
        fprintf(board->log, "R %.3f %02x%02x %02x%02x\n", sim_us(board), old[1], old[0], safe[1], safe[0]);
        board->was_reset = true;
    }
    if (reset_of_the_core != NULL) {
        reset_of_the_core(avr);
    }
}

avr_t *sim_board_make(struct sim_board *board, const char *mcu, const char *hex_path)
{
    avr_t *avr = avr_make_mcu_by_name(mcu);
    uint32_t size = 0;
    uint32_t start = 0;
    uint8_t *code = read_ihex_file(hex_path, &size, &start);
    if (avr == NULL || code == NULL) {
        return NULL;
    }
    board->avr = avr;
    board->leonardo = strcmp(mcu, "atmega32u4") == 0;
    avr_init(avr);
    avr->log = LOG_ERROR;
    avr->frequency = HZ;
    avr->vcc = avr->avcc = avr->aref = SUPPLY_MV;
    avr->sleep = sleep_no_time;
    sleeper = board;
    reset_of_the_core = avr->reset;
    avr->reset = reset;
    avr_loadcode(avr, code, size, start);
    free(code);
    avr->pc = start;
    avr->codeend = avr->flashend;

    char uart = board->leonardo ? '1' : '0';
    for (int n = 0; n < 8; n++) {
        board->inputs[n] = avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + n);
    }
    board->trigger = avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_IN_TRIGGER);
    board->line = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ(uart), UART_IRQ_INPUT);
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS(uart), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ(uart), UART_IRQ_OUTPUT), byte_said, board);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), conversion_started,
                            board);
    uint8_t vector = board->leonardo ? TIMER_0_COMPARE_A_LEONARDO : TIMER_0_COMPARE_A_UNO;
    avr_irq_register_notify(avr_get_interrupt_irq(avr, vector) + AVR_INT_IRQ_PENDING, timer_matched, board);
    watch_pin(board, board->leonardo ? 'C' : 'B', board->leonardo ? 7 : 5);
    watch_pin(board, board->leonardo ? 'C' : 'D', board->leonardo ? 6 : 3);
    return avr;
}

void sim_board_hear(struct sim_board *board, uint8_t byte)
{
    avr_raise_irq(board->line, byte);
}

void sim_board_load_eeprom(struct sim_board *board, const char *path)
{
    uint8_t bytes[1024];
    memset(bytes, 0xFF, sizeof bytes);
    FILE *file = fopen(path, "rb");
    if (file != NULL) {
        size_t got = fread(bytes, 1, sizeof bytes, file);
        (void)got;
        fclose(file);
    }
    avr_eeprom_desc_t all = {.ee = bytes, .offset = 0, .size = sizeof bytes};
    avr_ioctl(board->avr, AVR_IOCTL_EEPROM_SET, &all);
}

void sim_board_save_eeprom(struct sim_board *board, const char *path, uint32_t seed)
{
    enum { EECR = 0x3F, EEARL = 0x41, EEARH = 0x42, EEPE = 2 };
    avr_eeprom_desc_t all = {.ee = NULL, .offset = 0, .size = 1024};
    avr_ioctl(board->avr, AVR_IOCTL_EEPROM_GET, &all);
    const uint8_t *data = board->avr->data;
    if (data[EECR] & EEPE) {
        all.ee[(data[EEARL] | data[EEARH] << 8) & 1023] = (uint8_t)((seed * 2654435761u) >> 24);
    }
    FILE *file = fopen(path, "wb");
    if (file != NULL) {
        fwrite(all.ee, 1, 1024, file);
        fclose(file);
    }
}

unsigned sim_board_untouched(const struct sim_board *board)
{
    const uint8_t *data = board->avr->data;
    unsigned longest = 0;
    unsigned run = 0;
    for (unsigned at = 0x100; at <= board->avr->ramend; at++) {
        run = data[at] == PAINT ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}
