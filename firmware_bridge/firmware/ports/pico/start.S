/* Start-up. All code and data are copied from flash to RAM: sampling, interrupts and the wire then
 * go on while the flash is being written, and no cache miss delays them. */
    .syntax unified
    .cpu cortex-m0plus
    .thumb

    .section .flash_vectors, "a"
    .word ed_stack_top
    .word ed_reset + 1

    .section .start, "ax"
    .thumb_func
ed_reset:
    cpsid i
    ldr r0, =ed_ram_load
    ldr r1, =ed_ram_start
    ldr r2, =ed_ram_end
    b 2f
1:  ldmia r0!, {r3}
    stmia r1!, {r3}
2:  cmp r1, r2
    blo 1b
    ldr r1, =ed_zero_start
    ldr r2, =ed_zero_end
    movs r3, #0
    b 4f
3:  stmia r1!, {r3}
4:  cmp r1, r2
    blo 3b
    ldr r0, =ed_vectors
    ldr r1, =0xE000ED08
    str r0, [r1]
    ldr r0, =ed_stack_top
    msr msp, r0
    cpsie i
    ldr r0, =main
    bx r0
    .pool

    .section .vectors, "a"
    .balign 256
    .global ed_vectors
ed_vectors:
    .word ed_stack_top
    .word ed_reset + 1
    .rept 14                    /* faults and system calls: none is used */
    .word ed_halted + 1
    .endr
    .word ed_timer_interrupt    /* 0 */
    .rept 4
    .word ed_halted + 1
    .endr
    .word ed_usb_interrupt      /* 5 */
    .rept 14
    .word ed_halted + 1
    .endr
    .word ed_uart_interrupt     /* 20 */
    .rept 11
    .word ed_halted + 1
    .endr

    .section .text.ed_halted, "ax"
    .thumb_func
    /* A fault is a bug. Restart by the system's reset request: hits go on after a few ms, and
     * the host learns of it by the new boot id. */
ed_halted:
    ldr r0, =0xE000ED0C
    ldr r1, =0x05FA0004
    str r1, [r0]
    b .
    .pool
