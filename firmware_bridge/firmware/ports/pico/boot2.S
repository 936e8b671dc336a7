/* Second-stage boot. The boot ROM copies the first 256 bytes of the flash to RAM, checks their
 * CRC-32 (the last four bytes, put in by the build) and jumps here. We let the flash be read as
 * memory with its plainest command, 03h (every chip knows it), and go on at the vector table.
 * The firmware copies itself to RAM at once, so that a faster read would gain nothing. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb
    .section .boot2, "ax"
    .global ed_boot2
    .thumb_func
ed_boot2:
    ldr r3, =0x18000000         /* the serial flash controller */
    movs r1, #0
    str r1, [r3, #0x08]         /* off while it is set up */
    movs r1, #2
    str r1, [r3, #0x14]         /* half the system clock: at most 12 MHz until all is copied to RAM */
    ldr r1, =0x001F0300         /* 32 bits a frame, send a command and then read */
    str r1, [r3, #0x00]
    movs r1, #0
    str r1, [r3, #0x04]         /* one frame a command */
    ldr r1, =0x03000218         /* command 03h of 8 bits, 24 bits of address, all on one line */
    movs r0, #0xF4
    str r1, [r3, r0]
    movs r1, #1
    str r1, [r3, #0x08]
    ldr r0, =0x10000100
    ldr r1, =0xE000ED08         /* where the vector table is */
    str r0, [r1]
    ldmia r0!, {r1, r2}
    msr msp, r1
    bx r2
    .pool
