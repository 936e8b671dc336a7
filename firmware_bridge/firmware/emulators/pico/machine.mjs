// An RP2040 with an image in its flash: rp2040js, and what it lacks for running one from power-on.

import { RP2040 } from 'rp2040js';
import { FastCore } from './fast_core.mjs';

const SECOND_STAGE_AT = 0x20041f00;
const SECOND_STAGE_SIZE = 256;
const CONVERSION_NS = 2000;
const CHANNEL_SHIFT = 12;
const DMA_ABORT = 0x444;
const SLICE_ON = 1;

/** Says nothing but errors; counts what it would have said. */
class QuietLogger {
  warnings = new Map();
  debug() {}
  info() {}
  warn(part, text) {
    const key = `${part}: ${text}`;
    this.warnings.set(key, (this.warnings.get(key) ?? 0) + 1);
  }
  error(part, text) {
    throw new Error(`${part}: ${text}`);
  }
}

/** A peripheral of registers that are only remembered; `read` may override some. */
class Registers {
  values = new Map();
  constructor(read = {}) {
    this.read = read;
  }
  readUint32(offset) {
    return this.read[offset]?.() ?? this.values.get(offset) ?? 0;
  }
  writeUint32Atomic(offset, value, kind) {
    const old = this.readUint32(offset);
    this.values.set(offset, [value, old ^ value, old | value, old & ~value][kind] >>> 0);
  }
}

function randomBits(seed) {
  let state = (seed * 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) & 1;
  };
}

export class Machine {
  /**
   * @param {Uint8Array} image what the flash holds
   * @param {number} start which start of the board this is: its noise differs from the others'
   */
  constructor(image, start) {
    this.chip = new RP2040();
    this.log = this.chip.logger = new QuietLogger();
    this.chip.flash.set(image);
    this.pinsOfFlash = new Registers();
    this.chip.peripherals[0x40018] = this.pinsOfFlash;
    this.chip.peripherals[0x40060] = new Registers({ 0x1c: randomBits(start) });
    this.#repairChannels();
    this.#repairAborts();
    this.#repairCounters();
    this.fast = new FastCore(this);
    this.followClock();
    this.chip.addClockListener(() => this.followClock());
  }

  get nanos() {
    return this.chip.clock.nanosCounter;
  }

  followClock() {
    this.cycleNanos = 1e9 / this.chip.clkSys;
  }

  /** As the boot ROM does: the first 256 bytes of the flash go to RAM and run. */
  powerOn() {
    const { chip } = this;
    const second = chip.flash.slice(0, SECOND_STAGE_SIZE);
    if (bootCheck(second.subarray(0, 252)) !== new DataView(second.buffer).getUint32(252, true)) {
      throw new Error('the boot ROM would not start this image: its second stage has a wrong check');
    }
    chip.sram.set(second, SECOND_STAGE_AT - 0x20000000);
    chip.core.SP = SECOND_STAGE_AT;
    chip.core.PC = SECOND_STAGE_AT;
  }

  /**
   * Pads' signals: `reading(input, nanos)` is asked for each conversion. rp2040js sets an alarm for its begin, its
   * end and its way by DMA; 192,000 conversions a second make do with one.
   */
  feed(reading) {
    const { adc, dma } = this.chip;
    const end = this.chip.clock.createAlarm(() =>
      adc.completeADCRead(reading(adc.activeChannel, this.nanos - CONVERSION_NS), false),
    );
    adc.onADCRead = () => end.schedule(CONVERSION_NS);
    adc.multiShotAlarm = {
      schedule: (nanos) => {
        adc.busy = true;
        end.schedule(nanos + CONVERSION_NS);
      },
    };
    for (const channel of dma.channels) {
      const schedule = channel.scheduleTransfer.bind(channel);
      channel.scheduleTransfer = () => {
        if (channel.treqValue !== adc.dreq) schedule();
        else if (dma.dreq[adc.dreq]) channel.transfer();
      };
    }
  }

  /** A pin's level as the chip drives it. */
  pin(index) {
    return this.chip.gpio[index].outputValue;
  }

  at(nanos, action) {
    const alarm = this.chip.clock.createAlarm(action);
    alarm.schedule(Math.max(0, nanos - this.nanos));
    return alarm;
  }

  /** Let the machine's time pass. */
  runTo(nanos) {
    const { core, clock } = this.chip;
    const { fast } = this;
    while (clock.nanosCounter < nanos) {
      if (core.waiting) {
        const next = clock.nextAlarm;
        clock.tick((next && next.nanos < nanos ? next.nanos : nanos) - clock.nanosCounter);
      } else {
        const since = clock.nanosCounter;
        const cycles = fast.step();
        clock.nanosCounter = Math.max(clock.nanosCounter, since + cycles * this.cycleNanos);
        const next = clock.nextAlarm;
        if (next && next.nanos <= clock.nanosCounter) clock.tick(0);
      }
    }
  }

  /** An aborted transfer is done with at once; rp2040js does not say so. */
  #repairAborts() {
    const { dma } = this.chip;
    const read = dma.readUint32.bind(dma);
    dma.readUint32 = (offset) => (offset === DMA_ABORT ? 0 : read(offset));
  }

  /** A PWM slice that is off stands still; in rp2040js 1.4.1 it runs from the moment that its divider is written. */
  #repairCounters() {
    for (const slice of this.chip.pwm.channels) {
      const write = slice.writeRegister.bind(slice);
      slice.writeRegister = (offset, value) => {
        write(offset, value);
        if (!(slice.csr & SLICE_ON)) slice.timer.enable = false;
      };
    }
  }

  /** rp2040js 1.4.1 masks the next channel of a round robin with the field's place, 12, and so reads channel 0 only. */
  #repairChannels() {
    Object.defineProperty(this.chip.adc, 'activeChannel', {
      get() {
        return (this.cs >> CHANNEL_SHIFT) & 7;
      },
      set(channel) {
        this.cs = (this.cs & ~(7 << CHANNEL_SHIFT)) | (channel << CHANNEL_SHIFT);
      },
    });
  }
}

function bootCheck(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
