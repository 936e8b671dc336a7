// Runs a Pico's image: `node run.mjs JOB.json…`. A job's fields:
//
//   image      file: what the flash holds from its start
//   kept       file of the last two sectors, where the board keeps its settings: read when it is there, written at
//              the end
//   board_id   the flash chip's number, 16 hexadecimal digits
//   start      which start of the board this is, a number: another one, another boot id
//   line       "uart" or "usb"
//   rest       reading of an input that is not fed
//   direct     true: there are no multiplexers
//   feed       {path, rate, channels, at_us}: waveforms
//
// As fast as it goes, the same on every run, one job after the other:
//   until_us   when the power goes
//   input      file of lines `<us> <hex bytes>`: what the host says
//   deaf       [from_us, to_us]: the host fetches nothing (USB)
//   touch_us   when the host asks for the boot ROM, which takes a new image (USB)
// prints of each job `T <us> <hex byte>` for each byte that the board said, `L <us> <output> <level>` for lights,
// and at last `R <report as JSON>`.
//
// In real time, when the only job's `pty` is a descriptor: bytes go and come there. Commands, a line of JSON each, come on the
// standard input: {"feed": {path, rate, channels, in_us}}, {"report": true}; its end is the power's. Each is
// answered by a line of JSON.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Flash } from './flash.mjs';
import { Machine } from './machine.mjs';
import { runInRealTime } from './real_time.mjs';
import { Signals, watchOutputs } from './signals.mjs';
import { UartLine } from './uart_line.mjs';
import { UsbHost } from './usb_host.mjs';

const KEPT_AT = 2 * 1024 * 1024 - 8192;
const KEPT_END = 2 * 1024 * 1024;

function powerUp(job, onByte, onLight) {
  const machine = new Machine(readFileSync(job.image), job.start);
  if (job.kept && existsSync(job.kept)) machine.chip.flash.set(readFileSync(job.kept), KEPT_AT);
  const flash = new Flash(machine, BigInt(`0x${job.board_id}`));
  const signals = new Signals(machine, job.rest, job.direct);
  const line = job.line === 'usb' ? new UsbHost(machine, onByte) : new UartLine(machine, onByte);
  watchOutputs(machine, onLight);
  if (job.feed) signals.play(job.feed, job.feed.at_us * 1000);
  machine.powerOn();
  return { machine, flash, signals, line };
}

function report({ machine, flash, line }, sinceNs) {
  return {
    emulated_us: machine.nanos / 1000,
    took_us: Number(process.hrtime.bigint() - sinceNs) / 1000,
    clock_hz: machine.chip.clkSys,
    baud: machine.chip.uart[0].baudRate,
    lost_by_uart: line.lost ?? 0,
    flash: flash.done,
    wants_image: flash.wantsImage,
    usb: line.told && {
      open_at_us: line.openAt,
      ...line.told,
      device: [...(line.told.device ?? [])],
      configuration: [...(line.told.configuration ?? [])],
      coding: [...(line.told.coding ?? [])],
    },
    warnings: Object.fromEntries(machine.log.warnings),
  };
}

function powerDown(job, { machine, flash }) {
  flash.powerOff();
  if (job.kept) writeFileSync(job.kept, machine.chip.flash.subarray(KEPT_AT, KEPT_END));
}

function runFast(job) {
  const since = process.hrtime.bigint();
  const said = [];
  const tell = (kind, nanos, rest) => said.push(`${kind} ${(nanos / 1000).toFixed(3)} ${rest}\n`);
  const board = powerUp(
    job,
    (byte, nanos) => tell('T', nanos, byte.toString(16).padStart(2, '0')),
    (output, level, nanos) => tell('L', nanos, `${output} ${level}`),
  );
  for (const row of job.input ? readFileSync(job.input, 'utf8').split('\n') : []) {
    const [us, hex] = row.split(' ');
    if (hex) board.machine.at(us * 1000, () => board.line.send(Buffer.from(hex, 'hex')));
  }
  if (job.deaf) {
    board.machine.at(job.deaf[0] * 1000, () => (board.line.listening = false));
    board.machine.at(job.deaf[1] * 1000, () => (board.line.listening = true));
  }
  if (job.touch_us) board.machine.at(job.touch_us * 1000, () => board.line.touch());
  board.machine.runTo(job.until_us * 1000);
  powerDown(job, board);
  said.push(`R ${JSON.stringify(report(board, since))}\n`);
  writeFileSync(1, said.join(''));
}

const jobs = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, 'utf8')));
if (jobs[0].pty === undefined) jobs.forEach(runFast);
else await runInRealTime(jobs[0], powerUp, report, powerDown);
