/* Runs a trigger board's image: as fast as it goes, the same on every run, or in real time on a pty.
 *
 * The log has one line an event, with the board's time in microseconds:
 *     T 1234.562 05      a byte said             L 1234.562 0 1   output 0 is lit
 *     R 1234.562 7777 0000   the chip was reset; two words that a bootloader looks at (then all ends: there is none)
 * and at the end what can only be seen from outside (S name value). In real time the standard output says when the
 * power came (P, on the host's clock) and when the waveform begins (W), so the log has to be a file of its own. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <simavr/sim_time.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "usb_host.h"

/* As much as a terminal holds; what a host does not read beyond it is lost, as on a real line. */
#define UNREAD_LIMIT 4096
#define SLICE_NS 100000
/* What it is further behind it is not caught up with: on a computer that is too busy the board is slow, and answers. */
#define BEHIND_CYCLES (16 * 20000)
/* The waveform begins so long after it was asked for. */
#define PLAYED_IN_US 20000
/* A byte at 1,000,000 baud, and a little: libsimavr begins with the next one when the last one is read. */
#define BYTE_CYCLES 180

struct input {
    double *at_us;
    uint8_t *bytes;
    size_t count;
    size_t next;
};

static struct {
    int pty;
    uint8_t unread[UNREAD_LIMIT];
    size_t unread_count;
    uint64_t lost;
    uint64_t hearing_until; /* cycle */
    uint64_t slipped_us;
    int64_t longest_away_ns;
    bool usb;
    double deaf_from_us;
    double deaf_until_us;
} line = {.pty = -1};

/* In real time by signals: SIGTERM takes the power away, SIGUSR1 lets the waveform begin. */
static volatile sig_atomic_t switched_off;
static volatile sig_atomic_t played;

static void signalled(int number)
{
    if (number == SIGTERM) {
        switched_off = 1;
    } else {
        played = 1;
    }
}

static int64_t host_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void flush_line(void)
{
    ssize_t sent = line.unread_count ? write(line.pty, line.unread, line.unread_count) : 0;
    if (sent > 0) {
        line.unread_count -= (size_t)sent;
        memmove(line.unread, line.unread + sent, line.unread_count);
    }
}

static void hear(struct sim_board *board, uint8_t byte)
{
    if (line.usb) {
        sim_usb_host_write(byte);
    } else {
        sim_board_hear(board, byte);
    }
}

static void said(struct sim_board *board, uint8_t byte)
{
    if (line.pty < 0) {
        fprintf(board->log, "T %.3f %02x\n", sim_us(board), byte);
    } else if (line.unread_count < UNREAD_LIMIT) {
        line.unread[line.unread_count++] = byte;
    } else {
        line.lost++;
    }
}

/* Lines of a time in microseconds and bytes in hexadecimal, in the order of their times. */
static void read_input(struct input *input, const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;
    size_t space = 0;
    while (file != NULL && getline(&text, &room, file) > 0) {
        char *hex = NULL;
        double at_us = strtod(text, &hex);
        unsigned byte = 0;
        for (hex += strspn(hex, " "); sscanf(hex, "%2x", &byte) == 1; hex += 2) {
            if (input->count == space) {
                space = space ? 2 * space : 1024;
                input->at_us = realloc(input->at_us, space * sizeof *input->at_us);
                input->bytes = realloc(input->bytes, space);
            }
            input->at_us[input->count] = at_us;
            input->bytes[input->count++] = (uint8_t)byte;
        }
    }
    free(text);
    if (file != NULL) {
        fclose(file);
    }
}

static bool map_wave(struct sim_board *board, const char *path)
{
    int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0 || about.st_size == 0) {
        return false;
    }
    board->wave = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    board->frames = (uint64_t)about.st_size / (2 * board->channels);
    close(file);
    return board->wave != MAP_FAILED;
}

static bool run_until(struct sim_board *board, uint64_t cycle)
{
    while (board->avr->cycle < cycle) {
        int state = avr_run(board->avr);
        if (board->was_reset) {
            return true;
        }
        if (state == cpu_Done || state == cpu_Crashed) {
            fprintf(stderr, "The firmware has stopped at %.0f us (state %d).\n", sim_us(board), state);
            return false;
        }
    }
    return true;
}

/* A host that fetches nothing for a while. */
static avr_cycle_count_t go_deaf(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)param;
    double now_us = (double)when / 16.0;
    sim_usb_host_pause(now_us < line.deaf_until_us);
    return now_us < line.deaf_until_us ? when + avr_usec_to_cycles(avr, (uint32_t)(line.deaf_until_us - now_us) + 1) : 0;
}

static avr_cycle_count_t touch(avr_t *avr, avr_cycle_count_t when, void *param)
{
    (void)avr;
    (void)when;
    (void)param;
    sim_usb_host_touch();
    return 0;
}

static bool run_fast(struct sim_board *board, struct input *input, uint64_t end)
{
    while (input->next < input->count && !board->was_reset) {
        uint64_t due = (uint64_t)(input->at_us[input->next] * 16.0);
        due = due > line.hearing_until ? due : line.hearing_until;
        if (due >= end) {
            break;
        }
        if (!run_until(board, due)) {
            return false;
        }
        hear(board, input->bytes[input->next++]);
        line.hearing_until = due + BYTE_CYCLES;
    }
    return run_until(board, end);
}

static bool run_in_real_time(struct sim_board *board, uint64_t end)
{
    int64_t began_ns = host_ns();
    int64_t looked_ns = began_ns;
    printf("P %lld\n", (long long)began_ns);
    fflush(stdout);
    while (board->avr->cycle < end && !switched_off) {
        if (played) {
            played = 0;
            board->wave_at_us = sim_us(board) + PLAYED_IN_US;
            printf("W %.3f\n", board->wave_at_us);
            fflush(stdout);
        }
        struct pollfd ready = {.fd = line.pty, .events = POLLIN | (line.unread_count ? POLLOUT : 0)};
        struct timespec slice = {.tv_nsec = SLICE_NS};
        ppoll(&ready, 1, &slice, NULL);
        int64_t looks_ns = host_ns();
        line.longest_away_ns = looks_ns - looked_ns > line.longest_away_ns ? looks_ns - looked_ns : line.longest_away_ns;
        looked_ns = looks_ns;
        uint64_t now = (uint64_t)((looks_ns - began_ns) * 16 / 1000);
        if (now > board->avr->cycle + BEHIND_CYCLES) {
            uint64_t slip = now - board->avr->cycle - BEHIND_CYCLES;
            line.slipped_us += slip / 16;
            began_ns += (int64_t)(slip * 1000 / 16);
            now -= slip;
        }
        uint64_t turn = board->avr->cycle + BEHIND_CYCLES / 10;
        now = now < turn ? now : turn;
        if (!run_until(board, now < end ? now : end)) {
            return false;
        }
        uint8_t heard[64];
        ssize_t count = ready.revents & POLLIN ? read(line.pty, heard, sizeof heard) : 0;
        for (ssize_t n = 0; n < count; n++) {
            hear(board, heard[n]);
            if (!run_until(board, board->avr->cycle + BYTE_CYCLES)) {
                return false;
            }
        }
        flush_line();
    }
    return true;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"mcu", 1, NULL, 'm'},    {"image", 1, NULL, 'i'},    {"wave", 1, NULL, 'w'},
        {"wave-hz", 1, NULL, 'r'}, {"channels", 1, NULL, 'c'}, {"input", 1, NULL, 'I'},
        {"pty-fd", 1, NULL, 'p'}, {"eeprom", 1, NULL, 'e'},   {"until-us", 1, NULL, 'u'},
        {"seed", 1, NULL, 's'},   {"log", 1, NULL, 'l'},      {"awake-from-us", 1, NULL, 'a'},
        {"usb", 0, NULL, 'U'},    {"deaf-us", 1, NULL, 'd'},
        {"wave-at-us", 1, NULL, 't'},  {"touch-us", 1, NULL, 'T'}, {NULL, 0, NULL, 0}};
    struct sim_board board = {.log = stdout, .channels = SIM_CHANNELS, .wave_hz = 8000, .said = said};
    struct input input = {0};
    const char *mcu = "atmega328p";
    const char *image = NULL;
    const char *wave = NULL;
    const char *eeprom = NULL;
    uint64_t end = UINT64_MAX;
    uint32_t seed = 1;
    double touch_us = 0;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'm': mcu = optarg; break;
        case 'i': image = optarg; break;
        case 'w': wave = optarg; break;
        case 'r': board.wave_hz = atof(optarg); break;
        case 'c': board.channels = (uint32_t)atoi(optarg); break;
        case 'I': read_input(&input, optarg); break;
        case 'p': line.pty = atoi(optarg); break;
        case 'e': eeprom = optarg; break;
        case 't': board.wave_at_us = atof(optarg); break;
        case 'U': line.usb = true; break;
        case 'd': sscanf(optarg, "%lf,%lf", &line.deaf_from_us, &line.deaf_until_us); break;
        case 'u': end = (uint64_t)(atof(optarg) * 16.0); break;
        case 'T': touch_us = atof(optarg); break;
        case 's': seed = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'l': board.log = fopen(optarg, "w"); break;
        case 'a': board.awake_from = (uint64_t)(atof(optarg) * 16.0); break;
        default: return 2;
        }
    }
    if (image == NULL || board.log == NULL || sim_board_make(&board, mcu, image) == NULL) {
        fprintf(stderr, "No image, or no such chip: %s on %s.\n", image ? image : "nothing", mcu);
        return 2;
    }
    if (wave != NULL && !map_wave(&board, wave)) {
        fprintf(stderr, "%s: no waveform there.\n", wave);
        return 2;
    }
    if (line.usb) {
        sim_usb_host_start(&board);
    }
    if (line.deaf_until_us > 0) {
        avr_cycle_timer_register_usec(board.avr, (uint32_t)line.deaf_from_us, go_deaf, NULL);
    }
    if (touch_us > 0) {
        avr_cycle_timer_register_usec(board.avr, (uint32_t)touch_us, touch, NULL);
    }
    if (eeprom != NULL) {
        sim_board_load_eeprom(&board, eeprom);
    }
    if (line.pty >= 0) {
        fcntl(line.pty, F_SETFL, O_NONBLOCK);
        signal(SIGTERM, signalled);
        signal(SIGUSR1, signalled);
    }
    bool fine = line.pty >= 0 ? run_in_real_time(&board, end) : run_fast(&board, &input, end);
    if (eeprom != NULL) {
        sim_board_save_eeprom(&board, eeprom, seed);
    }
    fprintf(board.log, "S cycles %llu\nS slept %llu\nS longest_awake %llu\nS untouched %u\nS line_lost %llu\n"
            "S slipped_us %llu\nS longest_away_us %lld\n",
            (unsigned long long)board.avr->cycle, (unsigned long long)board.slept,
            (unsigned long long)board.longest_awake, sim_board_untouched(&board),
            (unsigned long long)line.lost, (unsigned long long)line.slipped_us,
            (long long)line.longest_away_ns / 1000);
    fclose(board.log);
    return fine ? 0 : 1;
}
