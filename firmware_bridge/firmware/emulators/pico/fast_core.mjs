// The processor, faster: pieces of the firmware that are run often become JavaScript functions.
//
// rp2040js decodes every instruction each time; a board of eight pads needs more than it can do in real time. Our
// firmware runs from RAM and never changes its code, so a piece is translated once. Everything that is not plain
// computation (interrupts, sleep, breakpoints) stays with rp2040js. An interrupt is taken at the end of a piece, at
// most some 80 instructions late.

import { translate } from './thumb.mjs';

const RAM_START = 0x20000000;
const RAM_SIZE = 264 * 1024;
const CODE_SIZE = 256 * 1024; // above are the stack, and the second-stage boot for a moment
const LONGEST = 80;
const OFTEN = 24;
const MOST_SKIPPED = 8; // instructions
const APB = 0x4;
const SIO = 0xd;

export class FastCore {
  constructor(machine) {
    const { chip } = machine;
    this.machine = machine;
    this.core = chip.core;
    this.registers = new Int32Array(this.core.registers.buffer);
    this.flags = new Int32Array([1, 0, 0]); // a result, carry, overflow
    this.io = new Io(machine);
    this.memory = [new Uint8Array(chip.sram.buffer), new Uint16Array(chip.sram.buffer), new Int32Array(chip.sram.buffer)];
    this.pieces = new Array(CODE_SIZE / 2).fill(undefined);
    this.visits = new Uint8Array(CODE_SIZE / 2);
    this.often = OFTEN;
    this.#shareFlags();
  }

  /** Runs the piece at the program counter; its cycles. */
  step() {
    const { core } = this;
    const place = (this.registers[15] - RAM_START) >>> 1;
    if (core.interruptsUpdated || place >= this.pieces.length) return core.executeInstruction();
    let piece = this.pieces[place];
    if (piece === undefined) {
      // To translate takes far longer than to interpret a few times: at once, hundreds would hold up real time.
      if (++this.visits[place] < this.often) return core.executeInstruction();
      piece = this.pieces[place] = this.#translate(this.registers[15]);
    }
    if (piece === null) return core.executeInstruction();
    this.io.since = this.machine.chip.clock.nanosCounter;
    return piece();
  }

  #translate(start) {
    const halfwords = this.memory[1];
    const found = [];
    const calls = [];
    let at = 0;
    let pc = start;
    while (found.length < LONGEST) {
      const one = this.#read(pc, at);
      if (!one) break;
      at += one.cycles;
      if (one.comesBackTo) calls.push(one.comesBackTo);
      // A return most likely goes to where the last call came from.
      const likely = one.leaves ? calls.pop() : undefined;
      found.push({ ...one, at, likely });
      pc = likely ?? one.next ?? pc + 2;
      if (one.ends && !likely) break;
    }
    return found.length ? this.#compile(found, pc, at) : null;
  }

  /** The instruction at an address; a branch that skips a few with what it skips. */
  #read(pc, at) {
    const halfwords = this.memory[1];
    const index = (pc - RAM_START) >> 1;
    if (index < 0 || index >= this.pieces.length) return null;
    const one = translate(halfwords[index], halfwords[index + 1], pc, at);
    const skips = one?.exit ? (one.exit.to - pc - 2) >> 1 : 0;
    if (skips < 1 || skips > MOST_SKIPPED) return one;
    const inner = [];
    for (let i = 1; i <= skips; i++) {
      inner.push(translate(halfwords[index + i], halfwords[index + i + 1], pc + 2 * i, at + i));
    }
    if (skips === 1 && inner[0]?.next && !inner[0].comesBackTo) return farBranch(one, inner[0]);
    return inner.every((each) => each && !each.exit && !each.next && !each.ends) ? skip(one, inner) : one;
  }

  #compile(found, next, cycles) {
    const live = { z: true, c: true, v: true };
    const texts = [];
    const written = [...new Set(found.flatMap((one) => one.writes))];
    const used = [...new Set(found.flatMap((one) => [...one.reads, ...one.writes]))];
    const back = [...written.map((r) => `R[${r}]=r${r};`), 'F[0]=nz;F[1]=c;F[2]=v;'].join('');
    for (const one of found.toReversed()) {
      if (one.exit) {
        // Whoever comes behind the branch may read any flag.
        Object.assign(live, { z: true, c: true, v: true });
        texts.unshift(`if(${one.exit.when}){${back}R[15]=${one.exit.to};return ${one.at + (one.exit.cycles ?? 1)}+x;}`);
      } else if (one.likely) {
        Object.assign(live, { z: true, c: true, v: true });
        texts.unshift(`if((leave&~1)!==${one.likely}){${back}core.BXWritePC(leave>>>0);return ${one.at}+x;}`);
      }
      texts.unshift(one.code({ ...live }));
      for (const flag of one.sets) live[flag] = false;
      for (const flag of one.uses) live[flag] = true;
    }
    const last = found.at(-1);
    const body = [
      `let a=0,b=0,t=0,s=0,o=0,p=0,x=0,leave=0,pc=${next};`,
      'let nz=F[0],c=F[1],v=F[2];',
      ...used.map((r) => `let r${r}=R[${r}];`),
      ...texts,
      back,
      last.leaves && !last.likely ? 'core.BXWritePC(leave>>>0);' : 'R[15]=pc;',
      `return ${cycles}+x;`,
    ].join('\n');
    const make = new Function('R', 'F', 'M8', 'M16', 'M32', 'RAM', 'io', 'core', `return function(){${body}}`);
    return make(this.registers, this.flags, ...this.memory, RAM_SIZE, this.io, this.core);
  }

  /** rp2040js keeps four booleans; both see one truth. */
  #shareFlags() {
    const { core, flags } = this;
    const flag = (name, get, set) => Object.defineProperty(core, name, { get, set });
    flag('N', () => flags[0] < 0, (on) => (flags[0] = on ? -1 : flags[0] < 0 ? 1 : flags[0]));
    flag('Z', () => flags[0] === 0, (on) => (flags[0] = on ? 0 : flags[0] || 1));
    flag('C', () => flags[1] === 1, (on) => (flags[1] = on ? 1 : 0));
    flag('V', () => flags[2] === 1, (on) => (flags[2] = on ? 1 : 0));
  }
}

/** "Unless, go far": a short branch over a long one. */
function farBranch(one, far) {
  return { ...one, cycles: 2, next: one.exit.to, exit: { when: `!(${one.exit.when})`, to: far.next, cycles: 1 } };
}

/** A branch over a few plain instructions, as one. */
function skip(one, inner) {
  return {
    code: (wants) => {
      const live = { ...wants };
      const texts = [];
      for (const each of inner.toReversed()) {
        texts.unshift(each.code({ ...live }));
        for (const flag of each.sets) live[flag] = false;
        for (const flag of each.uses) live[flag] = true;
      }
      const cycles = inner.reduce((sum, each) => sum + each.cycles, 0);
      return `if(${one.exit.when})x++;else{${texts.join('')}x+=${cycles};}`;
    },
    reads: inner.flatMap((each) => each.reads),
    writes: inner.flatMap((each) => each.writes),
    sets: '',
    uses: one.uses + inner.map((each) => each.uses).join(''),
    cycles: 1,
    next: one.exit.to,
  };
}

/** Loads and stores that are not RAM's: the time is brought up to date first. Addresses count from RAM's start. */
class Io {
  /** Cycles that the last accesses took more than RAM. */
  extra = 0;
  since = 0;

  constructor(machine) {
    this.machine = machine;
    this.chip = machine.chip;
  }

  #reach(offset, cycles, write) {
    const address = (offset + RAM_START) >>> 0;
    const { clock } = this.chip;
    clock.nanosCounter = Math.max(clock.nanosCounter, this.since + cycles * this.machine.cycleNanos);
    if (clock.nextAlarm && clock.nextAlarm.nanos <= clock.nanosCounter) clock.tick(0);
    const bus = address >>> 28;
    if (bus === APB) this.extra += write ? 3 : 2;
    else if (bus === SIO) this.extra -= 1;
    return address;
  }

  load8(offset, cycles) {
    return this.chip.readUint8(this.#reach(offset, cycles, false));
  }
  load16(offset, cycles) {
    return this.chip.readUint16(this.#reach(offset, cycles, false));
  }
  load32(offset, cycles) {
    return this.chip.readUint32(this.#reach(offset, cycles, false)) | 0;
  }
  store8(offset, value, cycles) {
    this.chip.writeUint8(this.#reach(offset, cycles, true), value & 0xff);
  }
  store16(offset, value, cycles) {
    this.chip.writeUint16(this.#reach(offset, cycles, true), value & 0xffff);
  }
  store32(offset, value, cycles) {
    this.chip.writeUint32(this.#reach(offset, cycles, true), value >>> 0);
  }
}
