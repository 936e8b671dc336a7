// The machine at the pace of the computer's clock, its line on a pty.

import { readSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const NAP_MS = 0.2;
const LISTEN_EVERY_NS = 5_000_000n; // for commands
const WARM_UP_NS = 300_000_000;
const AT_A_TIME_NS = 2_000_000; // of the machine's time, when it has to catch up
// What it is further behind it is not caught up with: on a computer that is too busy the board is slow, and answers.
// So long it may take to translate what runs for the first time.
const BEHIND_NS = 250_000_000;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** A pty that is never waited for. */
class Pty {
  #unsent = [];
  #buffer = Buffer.alloc(4096);

  constructor(descriptor, keeps) {
    this.descriptor = descriptor;
    this.keeps = keeps; // a USB board keeps what is not fetched; a UART's bytes are gone
    this.dropped = 0;
  }

  read() {
    try {
      return Buffer.from(this.#buffer.subarray(0, readSync(this.descriptor, this.#buffer)));
    } catch (error) {
      if (error.code === 'EAGAIN' || error.code === 'EIO') return null; // nothing, or nobody there
      throw error;
    }
  }

  push(byte) {
    this.#unsent.push(byte);
  }

  /** Hands on what has come; false when the other end takes no more. */
  flush() {
    if (!this.#unsent.length) return true;
    let count = 0;
    try {
      count = writeSync(this.descriptor, Uint8Array.from(this.#unsent));
    } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EIO') throw error;
    }
    this.#unsent.splice(0, count);
    const all = !this.#unsent.length;
    if (!all && !this.keeps) {
      this.dropped += this.#unsent.length;
      this.#unsent = [];
    }
    return all;
  }
}

export async function runInRealTime(job, powerUp, report, powerDown) {
  const pty = new Pty(job.pty, job.line === 'usb');
  const lights = [];
  const board = powerUp(
    job,
    (byte) => pty.push(byte),
    (output, level, nanos) => lights.push([nanos / 1000, output, level]),
  );
  const { machine, line, signals } = board;
  // Its first moments go by faster or slower than the clock: our own code is still being compiled.
  machine.runTo(WARM_UP_NS);
  const began = process.hrtime.bigint() - BigInt(WARM_UP_NS);
  let slipped = 0;
  let longestAway = 0;
  let looked = process.hrtime.bigint();
  let powered = true;
  const full = () => ({
    ...report(board, began),
    began_ns: Number(began),
    slipped_us: slipped / 1000,
    longest_away_us: longestAway / 1000,
    lights,
    dropped: pty.dropped,
  });
  const answer = (value) => writeSync(1, `${JSON.stringify(value)}\n`);
  const commands = createInterface({ input: process.stdin });
  commands.on('close', () => (powered = false));
  commands.on('line', (row) => {
    const command = JSON.parse(row);
    if (command.feed) {
      const atNanos = machine.nanos + command.feed.in_us * 1000;
      signals.play(command.feed, atNanos);
      answer({ feed_at_us: atNanos / 1000 });
    } else answer(full());
  });
  answer({ ready: true });
  let heard = began;
  while (powered) {
    const now = process.hrtime.bigint();
    longestAway = Math.max(longestAway, Number(now - looked));
    looked = now;
    slipped += Math.max(0, Number(now - began) - slipped - machine.nanos - BEHIND_NS);
    const due = Number(now - began) - slipped;
    const bytes = pty.read();
    if (bytes) machine.at(due, () => line.send(bytes));
    machine.runTo(Math.min(due, machine.nanos + AT_A_TIME_NS));
    const taken = pty.flush();
    if (pty.keeps) line.listening = taken;
    if (now - heard > LISTEN_EVERY_NS) {
      heard = now;
      await new Promise(setImmediate);
    }
    if (due <= machine.nanos) Atomics.wait(nobody, 0, 0, NAP_MS);
  }
  powerDown(job, board);
  answer(full());
  process.exit(0);
}
