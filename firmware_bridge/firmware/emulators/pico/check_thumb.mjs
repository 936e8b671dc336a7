// Every kind of instruction, with random operands, through our translation and through rp2040js's interpreter:
// `node check_thumb.mjs COUNT SEED` prints what differs, as JSON. Left out are cases in which rp2040js 1.4.1 is not
// a Cortex-M0+: flags of shifts by a register holding 0 (or more than 32), overflow of sums with carry at the edge,
// and storing several registers when the base is one of them.

import { Machine } from './machine.mjs';

const CODE = 0x20001000;
const DATA = 0x20010000;
const DATA_SIZE = 0x700;
const BREAKPOINT = 0xbe00;
const EDGES = [0, 1, 2, 31, 32, 33, 255, 256, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xffff8000, 0xffffffff];

const [count, seed] = process.argv.slice(2).map(Number);
let state = seed >>> 0 || 1;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const value = () => (random(3) ? EDGES[random(EDGES.length)] : random(2 ** 32)) >>> 0;
const any = (fixed, bits) => fixed | random(1 << bits);

// Kinds: how the instruction is drawn, and which operands it wants.
const KINDS = [
  () => [any(0x0000, 13)], // shifts, sums, differences
  () => [any(0x2000, 13)],
  () => [any(0x4000, 10)],
  () => [any(0x4400, 8) & ~0x80 | (random(2) << 7)],
  () => [any(0x4500, 8)],
  () => [any(0x4600, 8)],
  () => [0x4700 | (random(15) << 3), 'jump'],
  () => [0x4780 | (random(13) << 3), 'jump'],
  () => [any(0x4800, 11)],
  () => [any(0x5000, 12), 'memory'],
  () => [any(0x6000, 13), 'memory'],
  () => [any(0x8000, 12), 'memory'],
  () => [any(0x9000, 12)],
  () => [any(0xa000, 12)],
  () => [any(0xb000, 8)],
  () => [any(0xb200, 8)],
  () => [any(0xb400, 9)],
  () => [any(0xba00, 7)],
  () => [any(0xbac0, 6)],
  () => [any(0xbc00, 8)],
  () => [0xbd00 | random(256), 'pop'],
  () => [any(0xc000, 12), 'memory'],
  () => [(0xd000 | (random(14) << 8)) | random(256)],
  () => [any(0xe000, 11)],
  () => [any(0xf000, 11), 'call'],
];

const machine = new Machine(new Uint8Array(), 1);
const { core } = machine.chip;
machine.fast.often = 1;
const sram = machine.chip.sramView;
// Wherever a jump leads, there is nothing to translate.
for (let at = 0; at < sram.byteLength; at += 2) sram.setUint16(at, BREAKPOINT, true);

function knownToDiffer(op, registers, carry) {
  const a = registers[(op >> 3) & 7];
  const kind = (op >> 6) & 15;
  if (op >> 10 === 0b010000) {
    if ([2, 3, 4, 7].includes(kind) && ((a & 255) === 0 || (a & 255) > 32)) return true;
    if ([5, 6].includes(kind) && (a === 0x7fffffff || a === 0xffffffff || carry)) return kind === 5 ? carry : true;
  }
  return op >> 11 === 0b11000 && (op & (1 << ((op >> 8) & 7))) !== 0;
}

function operands(op, wants) {
  const registers = Array.from({ length: 15 }, value);
  if (wants === 'memory') {
    const several = op >> 12 === 0xc;
    for (let r = 0; r < 8; r++) registers[r] = (DATA + 4 * random(256)) >>> 0;
    if (!several && op >> 12 === 5) registers[(op >> 6) & 7] = 4 * random(64);
  }
  if (wants === 'jump') registers[(op >> 3) & 15] = (CODE + 2 * random(100) + 1) >>> 0;
  registers[13] = DATA + 0x400 + 4 * random(64);
  return registers;
}

function put(op, op2, registers, flags, data) {
  [op, op2, BREAKPOINT].forEach((half, i) => sram.setUint16(CODE - 0x20000000 + 2 * i, half, true));
  machine.chip.sram.set(data, DATA - 0x20000000);
  core.registers.set(registers);
  core.registers[15] = CODE;
  [core.N, core.Z, core.C, core.V] = flags;
}

const seen = () =>
  JSON.stringify([
    [...core.registers],
    [core.N, core.Z, core.C, core.V],
    Buffer.from(machine.chip.sram.subarray(DATA - 0x20000000, DATA - 0x20000000 + DATA_SIZE)).toString('base64'),
  ]);

const wrong = [];
let compared = 0;
while (compared < count) {
  const [op, wants] = KINDS[compared % KINDS.length]();
  const op2 = wants === 'call' ? 0xd000 | (random(4) === 0 ? 0x2800 : 0) | random(0x7ff) : BREAKPOINT;
  const registers = operands(op, wants);
  // Two equal memory registers of which one is the index would leave RAM.
  if (wants === 'memory' && op >> 12 === 5 && ((op >> 3) & 7) === ((op >> 6) & 7)) continue;
  const zero = random(2) === 0;
  const flags = [!zero && random(2) === 0, zero, random(2) === 0, random(2) === 0];
  if (knownToDiffer(op, registers, flags[2])) continue;
  const data = Uint8Array.from({ length: DATA_SIZE }, () => random(256));
  if (wants === 'pop') {
    const at = registers[13] - DATA + 4 * [...Array(8).keys()].filter((i) => op & (1 << i)).length;
    new DataView(data.buffer).setUint32(at, CODE + 1, true);
  }
  put(op, op2, registers, flags, data);
  core.executeInstruction();
  const theirs = seen();
  put(op, op2, registers, flags, data);
  machine.fast.pieces.fill(undefined, (CODE - 0x20000000) / 2, (CODE - 0x20000000) / 2 + 1);
  core.interruptsUpdated = false;
  machine.fast.step();
  const ours = seen();
  if (theirs !== ours) wrong.push({ op: op.toString(16), registers, flags, theirs: theirs.slice(0, 250), ours: ours.slice(0, 250) });
  compared++;
}
console.log(JSON.stringify({ compared, wrong: wrong.length, first: wrong.slice(0, 5) }));
