/* Written through the boot ROM's own functions. All our code is in RAM, so interrupts and DMA go on while the
 * flash is busy; only the main loop waits (some 45 ms, at most 400). */
#include "flash.h"

#include <stdbool.h>

#include "boot_rom.h"
#include "registers.h"

#define SECTOR 4096u
#define PAGE 256u
#define SECTOR_ERASE 0x20u
#define READ_UNIQUE_ID 0x4Bu
#define FIRST_SLOT (2048u * 1024u - 2u * SECTOR)
#define PAGES ((ED_KEEP_BYTES + PAGE - 1u) / PAGE)

_Static_assert(ED_KEEP_BYTES <= SECTOR, "an image fits its sector");

typedef void plain_function(void);
typedef void erase_function(uint32_t at, uint32_t count, uint32_t block, uint8_t command);
typedef void program_function(uint32_t at, const uint8_t *bytes, uint32_t count);

static uint8_t image[PAGES * PAGE];

static void call(char first, char second)
{
    ((plain_function *)ed_boot_rom_function(first, second))();
}

static void begin(void)
{
    call('I', 'F'); /* connect the flash's pins */
    call('E', 'X'); /* out of reading as memory */
}

static void end(void)
{
    call('F', 'C'); /* empty the cache */
    call('C', 'X'); /* back to reading as memory */
}

static uint8_t exchange(uint8_t byte)
{
    while ((ED_REG(SSI_STATUS) & SSI_TX_NOT_FULL) == 0u) {
    }
    ED_REG(SSI_DATA) = byte;
    while ((ED_REG(SSI_STATUS) & SSI_RX_NOT_EMPTY) == 0u) {
    }
    return (uint8_t)ED_REG(SSI_DATA);
}

uint64_t ed_flash_id(void)
{
    uint64_t id = 0u;
    begin();
    ED_REG(IO_QSPI_SS_CTRL) = IO_OUT_LOW;
    (void)exchange(READ_UNIQUE_ID);
    for (uint32_t i = 0u; i < 4u; i++) {
        (void)exchange(0u);
    }
    for (uint32_t i = 0u; i < 8u; i++) {
        id = (id << 8) | exchange(0u);
    }
    ED_REG(IO_QSPI_SS_CTRL) = IO_OUT_HIGH;
    ED_REG(IO_QSPI_SS_CTRL) = 0u; /* the controller's own again */
    end();
    return id == 0u ? 1u : id;
}

const uint8_t *ed_flash_slot(uint8_t slot)
{
    return (const uint8_t *)(FLASH_MAPPED + FIRST_SLOT + slot * SECTOR);
}

/* Pages from the last to the first: the byte that says "whole" is in the first. */
static bool write_slot(uint8_t slot)
{
    const uint32_t at = FIRST_SLOT + slot * SECTOR;
    begin();
    ((erase_function *)ed_boot_rom_function('R', 'E'))(at, SECTOR, SECTOR, SECTOR_ERASE);
    for (uint32_t page = PAGES; page-- > 0u;) {
        ((program_function *)ed_boot_rom_function('R', 'P'))(at + page * PAGE, image + page * PAGE, PAGE);
    }
    end();
    for (uint32_t i = 0u; i < ED_KEEP_BYTES; i++) {
        if (ed_flash_slot(slot)[i] != image[i]) {
            return false;
        }
    }
    return true;
}

void ed_flash_keep(struct ed_board *board)
{
    struct ed_write write;
    while (ed_board_save(board, &write)) {
        image[write.at] = write.byte;
        if (write.last) {
            ed_board_saved(board, write_slot(write.slot));
            return;
        }
    }
}
