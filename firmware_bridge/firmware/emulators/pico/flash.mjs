// The flash chip behind the boot ROM's functions. The ROM is ours: each function of its table is a breakpoint
// and a return, and the breakpoint is done here, taking as long as a Pico's chip (W25Q16JV, typical).

const ERASE_SECTOR_NS = 45e6;
const PROGRAM_PAGE_NS = 0.7e6;
const PAGE = 256;
const SECTOR = 4096;
const BREAKPOINT = 0xbe00;
const RETURN = 0x4770;
const LOOKUP_AT = 0x40;
const FUNCTIONS_AT = 0x80;
const FUNCTIONS = ['IF', 'EX', 'RE', 'RP', 'FC', 'CX', 'UB'];
const READ_UNIQUE_ID = 0x4b;
const DATA = 0x60;

export class Flash {
  /** What was written: `{kind, at, from_us, to_us}`. */
  done = [];
  /** Set when the board asked for a new image and so no longer runs. */
  wantsImage = false;
  #busy = null;
  #sent = [];

  constructor(machine, boardId) {
    this.machine = machine;
    this.boardId = boardId;
    this.#writeRom();
    this.#answerCommands();
    machine.chip.onBreak = (code) => this.#onBreak(code);
  }

  /** The power goes: what was being written is half done. */
  powerOff() {
    if (this.#busy) this.#carryOut(this.#busy, this.machine.nanos);
  }

  #writeRom() {
    const rom = new DataView(this.machine.chip.bootrom.buffer);
    const stub = (at, code) => {
      rom.setUint16(at, BREAKPOINT | code, true);
      rom.setUint16(at + 2, RETURN, true);
    };
    rom.setUint16(0x14, LOOKUP_AT, true);
    rom.setUint16(0x18, LOOKUP_AT | 1, true);
    stub(LOOKUP_AT, 0xff);
    FUNCTIONS.forEach((_, i) => stub(FUNCTIONS_AT + 4 * i, i));
  }

  #onBreak(code) {
    const { registers } = this.machine.chip.core;
    if (code === 0xff) {
      const name = String.fromCharCode(registers[1] & 0xff, registers[1] >> 8);
      const index = FUNCTIONS.indexOf(name);
      if (index < 0) throw new Error(`the boot ROM has no function '${name}'`);
      registers[0] = (FUNCTIONS_AT + 4 * index) | 1;
      return;
    }
    const kind = FUNCTIONS[code];
    if (kind === 'RE') this.#write({ kind, at: registers[0], count: registers[1] }, ERASE_SECTOR_NS / SECTOR);
    else if (kind === 'RP') {
      const from = registers[1] - 0x20000000;
      const bytes = this.machine.chip.sram.slice(from, from + registers[2]);
      this.#write({ kind, at: registers[0], count: registers[2], bytes }, PROGRAM_PAGE_NS / PAGE);
    } else if (kind === 'UB') {
      this.wantsImage = true;
      this.#wait();
    }
  }

  // The processor stays at the breakpoint until the chip is done; interrupts and DMA go on.
  #write(order, nanosAByte) {
    const { machine } = this;
    if (!this.#busy) {
      const from = machine.nanos;
      this.#busy = { ...order, from, to: from + order.count * nanosAByte };
      machine.at(this.#busy.to, () => (machine.chip.core.waiting = false));
    }
    if (machine.nanos < this.#busy.to) {
      this.#wait();
      return;
    }
    this.#carryOut(this.#busy, this.#busy.to);
    this.#busy = null;
  }

  #wait() {
    const { core } = this.machine.chip;
    core.PC -= 2;
    core.waiting = true;
  }

  #carryOut({ kind, at, count, bytes, from, to }, now) {
    const { flash } = this.machine.chip;
    const part = Math.floor((count * (now - from)) / (to - from));
    for (let i = 0; i < part; i++) flash[at + i] = kind === 'RE' ? 0xff : flash[at + i] & bytes[i];
    this.done.push({ kind, at, from_us: from / 1000, to_us: now / 1000 });
  }

  // The chip select is low while the firmware holds the pin there by hand; one command is known.
  #answerCommands() {
    const { chip, pinsOfFlash } = this.machine;
    const controller = chip.peripherals[0x18000];
    const write = controller.writeUint32.bind(controller);
    controller.writeUint32 = (offset, value) => {
      if (offset !== DATA) return write(offset, value);
      if (((pinsOfFlash.readUint32(0x0c) >> 8) & 3) !== 2) this.#sent = [];
      else this.#sent.push(value & 0xff);
      const place = this.#sent.length - 6; // behind the command and four empty bytes
      const known = this.#sent[0] === READ_UNIQUE_ID && place >= 0 && place < 8;
      controller.dr0 = known ? Number((this.boardId >> BigInt(56 - 8 * place)) & 0xffn) : 0;
    };
  }
}
