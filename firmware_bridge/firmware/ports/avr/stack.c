/* Paints the memory below the stack before anything runs, so that how deep it ever went can be
 * read afterwards: from an emulator, or a debugger. */
#include <avr/io.h>
#include <stdint.h>

extern uint8_t _end;

void ed_paint_stack(void) __attribute__((naked, used, section(".init3")));

void ed_paint_stack(void)
{
    __asm__ volatile("ldi r30, lo8(_end)\n\t"
                     "ldi r31, hi8(_end)\n\t"
                     "ldi r24, 0xC5\n\t"
                     "ldi r25, hi8(%[top])\n"
                     "1:\n\t"
                     "st Z+, r24\n\t"
                     "cpi r30, lo8(%[top])\n\t"
                     "cpc r31, r25\n\t"
                     "brlo 1b\n\t" ::[top] "i"(RAMEND + 1));
}
