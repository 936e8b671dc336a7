#include "seldom.h"

#include "keeper.h"

#include "eeprom.h"
#include "identity.h"

static struct ed_write last_write;
static bool writing;

static uint16_t place(uint8_t slot, uint16_t at)
{
    return (uint16_t)(ED_IDENTITY_BYTES + slot * ED_KEEP_BYTES + at);
}

_Static_assert(ED_IDENTITY_BYTES + ED_KEEP_SLOTS * ED_KEEP_BYTES <= E2END + 1u, "the slots do not fit");

void ed_keeper_restore(struct ed_board *board)
{
    for (uint8_t slot = 0; slot < ED_KEEP_SLOTS; slot++) {
        struct ed_restore restore;
        ed_restore_start(&restore);
        for (uint16_t at = 0; at < ED_KEEP_BYTES; at++) {
            ed_restore_check(&restore, ed_eeprom_read(place(slot, at)));
        }
        if (!ed_board_restore_begin(board, &restore, slot)) {
            continue;
        }
        for (uint16_t at = 0; at < ED_KEEP_BYTES; at++) {
            ed_board_restore_byte(board, &restore, ed_eeprom_read(place(slot, at)));
        }
        ed_board_restore_end(board);
    }
}

void ed_keeper_run(struct ed_board *board)
{
    if (!ed_eeprom_is_ready()) {
        return;
    }
    if (writing) {
        writing = false;
        bool ok = ed_eeprom_read(place(last_write.slot, last_write.at)) == last_write.byte;
        if (!ok || last_write.last) {
            ed_board_saved(board, ok);
            return;
        }
    }
    if (ed_board_save(board, &last_write)) {
        ed_eeprom_begin_write(place(last_write.slot, last_write.at), last_write.byte);
        writing = true;
    }
}
