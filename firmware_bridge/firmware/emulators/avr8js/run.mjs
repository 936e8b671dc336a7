// Runs an Uno's image as fast as it goes, the same on every run: the options and the log of simavr/main.c.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CYCLES_A_US, Uno } from './uno.mjs';

const BYTE_CYCLES = 160;

const text = (fallback) => ({ type: 'string', default: fallback });
const { values } = parseArgs({
  options: {
    mcu: text('atmega328p'), image: text(''), wave: text(''), 'wave-hz': text('8000'), 'wave-at-us': text('0'),
    channels: text('6'), input: text(''), eeprom: text(''), 'until-us': text('0'), 'awake-from-us': text('0'),
    seed: text('1'),
  },
});
if (values.mcu !== 'atmega328p') throw new Error('avr8js knows the Uno only.');

const wave = values.wave && {
  readings: new Uint16Array(new Uint8Array(readFileSync(values.wave)).buffer),
  channels: Number(values.channels),
  hz: Number(values['wave-hz']),
  atUs: Number(values['wave-at-us']),
};
const kept = values.eeprom && existsSync(values.eeprom) ? readFileSync(values.eeprom) : null;
const log = [];
const uno = new Uno(readFileSync(values.image, 'latin1'), wave || null, kept, log);
const end = Math.round(Number(values['until-us']) * CYCLES_A_US);

const heard = values.input
  ? readFileSync(values.input, 'latin1').split('\n').filter(Boolean).map((line) => line.split(' '))
  : [];
let free = 0;
for (const [atUs, hex] of heard) {
  for (const pair of hex.match(/../g)) {
    // A byte has come when the last of its bits has.
    free = Math.max(free, Math.round(Number(atUs) * CYCLES_A_US)) + BYTE_CYCLES;
    if (free < end) {
      uno.runUntil(free);
      uno.hear(parseInt(pair, 16));
    }
  }
}
uno.runUntil(end);
if (values.eeprom) writeFileSync(values.eeprom, uno.eepromAtPowerOff(Number(values.seed)));
log.push(
  `S cycles ${uno.cpu.cycles}`, `S slept ${uno.slept}`, 'S longest_awake 0', `S untouched ${uno.untouched}`,
  'S line_lost 0', 'S slipped_us 0', 'S longest_away_us 0', '',
);
process.stdout.write(log.join('\n'));
