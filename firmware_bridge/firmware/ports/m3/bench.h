/* What a test lays into the memory before the board starts. */
#ifndef ED_M3_BENCH_H
#define ED_M3_BENCH_H

#include <stdint.h>

#define ED_BENCH_AT 0x21000000u
#define ED_BENCH_WAITS UINT32_MAX
#define ED_BENCH_MAGIC 0x31574445u /* "EDW1" */

struct ed_bench {
    uint32_t magic;    /* anything else: there is nothing */
    uint32_t boot_id;
    uint32_t stop_us;  /* the emulator ends then; 0: never */
    uint32_t begin_us; /* when the first sweep is there; ED_BENCH_WAITS: when the truth line says so */
    uint32_t sweeps;
    uint16_t readings[]; /* of every channel, sweep after sweep */
};

#endif
