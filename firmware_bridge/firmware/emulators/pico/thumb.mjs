// Thumb instructions as JavaScript: one instruction becomes `{reads, writes, sets, uses, code, cycles, ...}`.
//
// `code(wants)` gives its text; registers are the locals r0 to r14, flags the locals nz (a result: negative, zero
// or neither), c and v (0 or 1); `wants` says which flags somebody will read. Cycles are a Cortex-M0+'s with
// memory that never waits. A branch has `exit`, {when, to}: under which condition it goes where, or `next`, the
// address that always follows; a call says where it comes back to. What `ends` a piece sets `pc` or, when it `leaves`, the local `leave`. null: not
// one of these (system instructions, a jump by arithmetic); rp2040js's own interpreter does it.
//
// Source: ARM v6-M Architecture Reference Manual, chapter A6.

const SP = 13;
const LR = 14;
const PC = 15;
const ALL = 'zcv';

const hex = (value) => `0x${(value >>> 0).toString(16)}|0`;
const load = (bits, address, at) => `(o=((${address})-0x20000000)>>>0)<RAM?M${bits}[o${{ 8: '', 16: '>>1', 32: '>>2' }[bits]}]:io.load${bits}(o,${at}+x)`;
const store = (bits, address, value, at) =>
  `if((o=((${address})-0x20000000)>>>0)<RAM)M${bits}[o${{ 8: '', 16: '>>1', 32: '>>2' }[bits]}]=${value};else io.store${bits}(o,${value},${at}+x);`;
const io = 'x+=io.extra;io.extra=0;';

function sum(a, b, carry, target) {
  return (wants) => {
    let text = `a=${a};b=${b};`;
    if (carry === undefined) text += `t=(a+b)|0;${wants.c ? 'c=(t>>>0)<(a>>>0)?1:0;' : ''}`;
    else text += `s=(a>>>0)+(b>>>0)+${carry};t=s|0;${wants.c ? 'c=s>4294967295?1:0;' : ''}`;
    if (wants.v) text += 'v=((a^t)&(b^t))>>>31;';
    if (wants.z) text += 'nz=t;';
    return target === undefined ? text : `${text}r${target}=t;`;
  };
}

function difference(a, b, target) {
  return (wants) =>
    `a=${a};b=${b};t=(a-b)|0;${wants.c ? 'c=(a>>>0)>=(b>>>0)?1:0;' : ''}` +
    `${wants.v ? 'v=((a^b)&(a^t))>>>31;' : ''}${wants.z ? 'nz=t;' : ''}${target === undefined ? '' : `r${target}=t;`}`;
}

const logic = (expression, target) => (wants) =>
  target === undefined ? `${wants.z ? `nz=${expression};` : ''}` : `r${target}=${expression};${wants.z ? `nz=r${target};` : ''}`;

/** A shift by a number of places in `b`, 0 to 255: the value and the last bit shifted out. */
const SHIFTS = {
  lsl: ['b>31?0:a<<b', 'b>32?0:(a>>>(32-b))&1'],
  lsr: ['b>31?0:(a>>>b)|0', 'b>32?0:(a>>>(b-1))&1'],
  asr: ['b>31?a>>31:a>>b', 'b>31?a>>>31:(a>>>(b-1))&1'],
  ror: ['(a>>>(b&31))|(a<<(32-(b&31)))', 't>>>31'],
};

function shift(kind, value, places, target) {
  const [result, out] = SHIFTS[kind];
  return (wants) =>
    `a=${value};b=${places};t=${kind === 'ror' ? '(b&31)?' : 'b?'}${result}:a;${wants.c ? `if(b)c=${out};` : ''}r${target}=t;${wants.z ? 'nz=t;' : ''}`;
}

const CONDITIONS = [
  'nz===0', 'nz!==0', 'c', '!c', 'nz<0', 'nz>=0', 'v', '!v',
  'c&&nz!==0', '!c||nz===0', '(nz<0)===(v===1)', '(nz<0)!==(v===1)',
  'nz!==0&&(nz<0)===(v===1)', 'nz===0||(nz<0)!==(v===1)',
];
const CONDITION_USES = ['z', 'z', 'c', 'c', 'z', 'z', 'v', 'v', 'zc', 'zc', 'zv', 'zv', 'zv', 'zv'];

/**
 * @param {number} op the instruction
 * @param {number} op2 the halfword behind it
 * @param {number} pc its address
 * @param {number} at cycles of the block before it
 */
export function translate(op, op2, pc, at) {
  const lo = op & 7;
  const mid = (op >> 3) & 7;
  const hi = (op >> 6) & 7;
  const top = (op >> 8) & 7;
  const imm5 = (op >> 6) & 31;
  const imm8 = op & 255;
  const plain = (code, reads, writes, more) => ({ code, reads, writes, sets: '', uses: '', cycles: 1, ...more });
  const access = (code, reads, writes) => plain(() => code + io, reads, writes, { cycles: 2 });
  const branch = (code, reads, more) => plain(code, reads, [], { cycles: 2, ends: true, ...more });

  switch (op >> 11) {
    case 0b00000:
    case 0b00001:
    case 0b00010: {
      const kind = ['lsl', 'lsr', 'asr'][op >> 11];
      const places = imm5 || (kind === 'lsl' ? 0 : 32);
      return plain(shift(kind, `r${mid}`, places, lo), [mid], [lo], { sets: places ? 'zc' : 'z' });
    }
    case 0b00011: {
      const b = op & 0x400 ? `${hi}` : `r${hi}`;
      const code = op & 0x200 ? difference(`r${mid}`, b, lo) : sum(`r${mid}`, b, undefined, lo);
      return plain(code, op & 0x400 ? [mid] : [mid, hi], [lo], { sets: ALL });
    }
    case 0b00100:
      return plain(logic(`${imm8}`, top), [], [top], { sets: 'z' });
    case 0b00101:
      return plain(difference(`r${top}`, `${imm8}`), [top], [], { sets: ALL });
    case 0b00110:
      return plain(sum(`r${top}`, `${imm8}`, undefined, top), [top], [top], { sets: ALL });
    case 0b00111:
      return plain(difference(`r${top}`, `${imm8}`, top), [top], [top], { sets: ALL });
    case 0b01000:
      return op & 0x400 ? high() : arithmetic();
    case 0b01001:
      return access(`r${top}=${load(32, hex(((pc + 4) & ~3) + imm8 * 4), at)};`, [], [top]);
    case 0b01010:
    case 0b01011: {
      const address = `r${mid}+r${hi}|0`;
      const kind = (op >> 9) & 7;
      if (kind < 3) return access(store([32, 16, 8][kind], address, `r${lo}`, at), [mid, hi, lo], []);
      const value = load([8, 32, 16, 8, 16][kind - 3], address, at);
      const signed = { 3: `(${value})<<24>>24`, 7: `(${value})<<16>>16` }[kind] ?? value;
      return access(`r${lo}=${signed};`, [mid, hi], [lo]);
    }
    case 0b01100:
      return access(store(32, `r${mid}+${imm5 * 4}|0`, `r${lo}`, at), [mid, lo], []);
    case 0b01101:
      return access(`r${lo}=${load(32, `r${mid}+${imm5 * 4}|0`, at)};`, [mid], [lo]);
    case 0b01110:
      return access(store(8, `r${mid}+${imm5}|0`, `r${lo}`, at), [mid, lo], []);
    case 0b01111:
      return access(`r${lo}=${load(8, `r${mid}+${imm5}|0`, at)};`, [mid], [lo]);
    case 0b10000:
      return access(store(16, `r${mid}+${imm5 * 2}|0`, `r${lo}`, at), [mid, lo], []);
    case 0b10001:
      return access(`r${lo}=${load(16, `r${mid}+${imm5 * 2}|0`, at)};`, [mid], [lo]);
    case 0b10010:
      return access(store(32, `r13+${imm8 * 4}|0`, `r${top}`, at), [SP, top], []);
    case 0b10011:
      return access(`r${top}=${load(32, `r13+${imm8 * 4}|0`, at)};`, [SP], [top]);
    case 0b10100:
      return plain(() => `r${top}=${hex((pc & ~3) + 4 + imm8 * 4)};`, [], [top]);
    case 0b10101:
      return plain(() => `r${top}=r13+${imm8 * 4}|0;`, [SP], [top]);
    case 0b10110:
    case 0b10111:
      return various();
    case 0b11000:
    case 0b11001:
      return several(op & 0x800, top, imm8);
    case 0b11010:
    case 0b11011: {
      const condition = (op >> 8) & 15;
      if (condition > 13) return null;
      const target = pc + 4 + ((imm8 << 24) >> 23);
      return plain(() => '', [], [], {
        uses: CONDITION_USES[condition],
        exit: { when: CONDITIONS[condition], to: target },
      });
    }
    case 0b11100:
      return plain(() => '', [], [], { cycles: 2, next: pc + 4 + (((op & 0x7ff) << 21) >> 20) });
    case 0b11110: {
      if ((op2 & 0xd000) !== 0xd000) return null;
      const sign = (op >> 10) & 1;
      const i1 = 1 - (sign ^ ((op2 >> 13) & 1));
      const i2 = 1 - (sign ^ ((op2 >> 11) & 1));
      const offset = ((sign ? 0xff : 0) << 24) | (i1 << 23) | (i2 << 22) | ((op & 0x3ff) << 12) | ((op2 & 0x7ff) << 1);
      return plain(() => `r14=${hex((pc + 4) | 1)};`, [], [LR], {
        cycles: 3,
        next: pc + 4 + offset,
        comesBackTo: pc + 4,
      });
    }
    default:
      return null;
  }

  function arithmetic() {
    const a = `r${lo}`;
    const b = `r${mid}`;
    const both = (code, sets, uses = '') => plain(code, [lo, mid], [lo], { sets, uses });
    const test = (code, sets) => plain(code, [lo, mid], [], { sets });
    // What a shift by nothing leaves alone must still be there: it reads the carry, too.
    const shifted = (kind) => both(shift(kind, a, `${b}&255`, lo), 'zc', 'c');
    return [
      () => both(logic(`${a}&${b}`, lo), 'z'),
      () => both(logic(`${a}^${b}`, lo), 'z'),
      () => shifted('lsl'),
      () => shifted('lsr'),
      () => shifted('asr'),
      () => both(sum(a, b, 'c', lo), ALL, 'c'),
      () => both(sum(a, `~${b}`, 'c', lo), ALL, 'c'),
      () => shifted('ror'),
      () => test(logic(`${a}&${b}`), 'z'),
      () => both(difference('0', b, lo), ALL),
      () => test(difference(a, b), ALL),
      () => test(sum(a, b), ALL),
      () => both(logic(`${a}|${b}`, lo), 'z'),
      () => both(logic(`Math.imul(${a},${b})`, lo), 'z'),
      () => both(logic(`${a}&~${b}`, lo), 'z'),
      () => both(logic(`~${b}`, lo), 'z'),
    ][(op >> 6) & 15]();
  }

  function high() {
    const source = (op >> 3) & 15;
    const target = lo | ((op >> 4) & 8);
    const value = source === PC ? hex(pc + 4) : `r${source}`;
    const reads = source === PC ? [] : [source];
    const kind = (op >> 8) & 3;
    if (kind === 3) {
      if (source === PC) return null;
      const link = op & 0x80;
      return branch(() => (link ? `pc=r${source}&~1;r14=${hex((pc + 2) | 1)};` : `leave=r${source};`), reads, {
        writes: link ? [LR] : [],
        leaves: !link,
      });
    }
    if (target === PC) return kind === 2 ? branch(() => `pc=${value}&~1;`, reads) : null;
    if (kind === 1) return plain(difference(`r${target}`, value), [target, ...reads], [], { sets: ALL });
    const result = kind === 0 ? `(r${target}+(${value})|0)` : `(${value})`;
    return plain(() => `r${target}=${result}${target === SP ? '&~3' : ''};`, [target, ...reads], [target]);
  }

  function various() {
    const kind = (op >> 8) & 15;
    if (kind === 0) return plain(() => `r13=r13${op & 0x80 ? '-' : '+'}${(op & 0x7f) * 4}|0;`, [SP], [SP]);
    if (kind === 2) {
      const value = [`r${mid}<<16>>16`, `r${mid}<<24>>24`, `r${mid}&0xffff`, `r${mid}&0xff`][(op >> 6) & 3];
      return plain(() => `r${lo}=${value};`, [mid], [lo]);
    }
    if (kind === 10) {
      const a = `r${mid}`;
      const value = [
        `(${a}<<24)|((${a}&0xff00)<<8)|((${a}>>>8)&0xff00)|(${a}>>>24)`,
        `((${a}&0xff00ff)<<8)|((${a}>>>8)&0xff00ff)`,
        null,
        `((${a}<<24)>>16)|((${a}>>>8)&0xff)`,
      ][(op >> 6) & 3];
      return value && plain(() => `r${lo}=${value};`, [mid], [lo]);
    }
    if (kind === 4 || kind === 5) return push(imm8 | (kind === 5 ? 1 << LR : 0));
    if (kind === 12 || kind === 13) return pop(imm8, kind === 13);
    return op === 0xbf00 ? plain(() => '', [], []) : null;
  }

  function push(list) {
    const registers = listed(list);
    const code = registers.map((r, i) => store(32, `p+${4 * i}|0`, `r${r}`, `${at}`)).join('');
    return plain(() => `p=r13-${4 * registers.length}|0;${code}r13=p;${io}`, [SP, ...registers], [SP], {
      cycles: 1 + registers.length,
    });
  }

  function pop(list, leaves) {
    const registers = listed(list);
    let code = registers.map((r, i) => `r${r}=${load(32, `p+${4 * i}|0`, `${at}`)};`).join('');
    if (leaves) code += `leave=${load(32, `p+${4 * registers.length}|0`, `${at}`)};`;
    const size = 4 * (registers.length + (leaves ? 1 : 0));
    return plain(() => `p=r13;${code}r13=p+${size}|0;${io}`, [SP], [SP, ...registers], {
      cycles: registers.length + (leaves ? 4 : 1),
      ends: leaves,
      leaves,
    });
  }

  function several(loads, base, list) {
    const registers = listed(list);
    const code = registers
      .map((r, i) => (loads ? `r${r}=${load(32, `p+${4 * i}|0`, `${at}`)};` : store(32, `p+${4 * i}|0`, `r${r}`, `${at}`)))
      .join('');
    const back = loads && list & (1 << base) ? '' : `r${base}=p+${4 * registers.length}|0;`;
    return plain(() => `p=r${base};${code}${back}${io}`, [base, ...(loads ? [] : registers)], [base, ...(loads ? registers : [])], {
      cycles: 1 + registers.length,
    });
  }
}

const listed = (list) => Array.from({ length: 15 }, (_, r) => r).filter((r) => list & (1 << r));
