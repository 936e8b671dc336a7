// What the pads give and what the lights show: waveforms in, levels out.

import { readFileSync } from 'node:fs';

const SELECT_PINS = [2, 4, 6];
const STEPS = 8;
const PEDAL_CHANNEL = 16;
const OUTPUT_PIN = 9;
const OUTPUTS = 8;
const DARK_NS = 120_000; // longer than a period of the firmware's PWM

/** Waveforms by channel: heads through one multiplexer, rims through another, the pedal straight. */
export class Signals {
  #feed = null;

  /**
   * @param {number} rest the reading of a channel that is not fed
   * @param {boolean} direct without multiplexers: each input is a channel
   */
  constructor(machine, rest, direct) {
    machine.feed((input, nanos) => {
      if (direct) return this.#at(input, nanos) ?? rest;
      const step = SELECT_PINS.reduce((sum, pin, bit) => sum | (machine.pin(pin) << bit), 0);
      const channel = input === 2 ? PEDAL_CHANNEL : input * STEPS + step;
      return this.#at(channel, nanos) ?? rest;
    });
  }

  /** A file of u16, frames of `channels` readings, `rate` a second, from a time on. The last frame stays. */
  play({ path, rate, channels }, fromNanos) {
    const bytes = readFileSync(path);
    const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    this.#feed = { samples, channels, fromNanos, frames: Math.floor(samples.length / channels), a: rate / 1e9 };
  }

  #at(channel, nanos) {
    const feed = this.#feed;
    if (!feed || channel >= feed.channels || nanos < feed.fromNanos) return undefined;
    const frame = Math.min(Math.floor((nanos - feed.fromNanos) * feed.a), feed.frames - 1);
    return feed.samples[frame * feed.channels + channel];
  }
}

/** Calls `onChange(output, level, nanos)` when a light's brightness changes; 0 to 65535. */
export function watchOutputs(machine, onChange) {
  for (let output = 0; output < OUTPUTS; output++) {
    const index = OUTPUT_PIN + output;
    const pwm = machine.chip.pwm.channels[(index >> 1) % 8];
    const alarm = index % 2 ? pwm.alarmB : pwm.alarmA;
    const pin = machine.chip.gpio[index];
    let shown = 0;
    let fellAt = 0;
    const dark = machine.chip.clock.createAlarm(() => {
      shown = 0;
      onChange(output, 0, fellAt);
    });
    pin.addListener(() => {
      if (pin.outputValue) {
        if (dark.scheduled) dark.cancel();
        const level = Math.min(65535, Math.round((alarm.target * 65536) / (pwm.timer.top + 1)));
        if (level !== shown) onChange(output, (shown = level), machine.nanos);
      } else if (shown) {
        fellAt = machine.nanos;
        dark.schedule(DARK_NS);
      }
    });
  }
}
