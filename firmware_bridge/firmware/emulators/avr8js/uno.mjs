// An Uno in avr8js: its converter reads a waveform, its line and its pins are told of.
import avr8js from 'avr8js';

const {
  AVRADC, AVRClock, AVREEPROM, AVRIOPort, AVRTimer, AVRUSART, AVRWatchdog, CPU, EEPROMMemoryBackend, PinState,
  adcConfig, avrInstruction, clockConfig, eepromConfig, portBConfig, portCConfig, portDConfig, timer0Config,
  timer1Config, timer2Config, usart0Config, watchdogConfig,
} = avr8js;

export const CYCLES_A_US = 16;
const HZ = 16e6;
const REST = 2048;
const PAINT = 0xc5;
const FIRST_RAM = 0x100;
const TIMER_0_COMPARE_A = 0x1c;
const COMPARED_A = 0x02;
const AUTO = 0x20;
// The input is held two converter clocks after the start; the result stands 13 of them after it.
const HELD_AFTER = 32;
const RESULT_AFTER = 208;
const FIRST_RESULT_AFTER = 400;
const RECEIVED = 0x80;
const SLEEP = 0x9588;
const SEI = 0x9478;
const WRITING = 0x02;

export class Uno {
  // hex: the image, as text; wave: {readings, channels, hz, atUs} or null; log: takes lines.
  constructor(hex, wave, eeprom, log) {
    this.wave = wave;
    this.log = log;
    this.slept = 0;
    const cpu = new CPU(new Uint16Array(programOf(hex).buffer), 2048);
    this.cpu = cpu;
    this.timers = [timer0Config, timer1Config, timer2Config].map((config) => new AVRTimer(cpu, config));
    this.clock = new AVRClock(cpu, HZ, clockConfig);
    this.watchdog = new AVRWatchdog(cpu, watchdogConfig, this.clock);
    this.memory = new EEPROMMemoryBackend(1024);
    if (eeprom) this.memory.memory.set(eeprom);
    this.eeprom = new AVREEPROM(cpu, this.memory, eepromConfig);
    this.adc = new AVRADC(cpu, adcConfig);
    this.adc.onADCRead = () => this.#convert(FIRST_RESULT_AFTER);
    this.line = new AVRUSART(cpu, usart0Config, HZ);
    this.unread = null;
    this.#mendLine();
    this.line.onByteTransmit = (byte) => this.#tell(`T ${this.us} ${byte.toString(16).padStart(2, '0')}`);
    const ports = { B: new AVRIOPort(cpu, portBConfig), C: new AVRIOPort(cpu, portCConfig), D: new AVRIOPort(cpu, portDConfig) };
    this.#watch(ports.B, 5, 0);
    this.#watch(ports.D, 3, 1);
    this.#triggerByTimer();
  }

  get us() {
    return (this.cpu.cycles / CYCLES_A_US).toFixed(3);
  }

  // Bytes that nothing has ever written to, between the variables and the stack.
  get untouched() {
    let longest = 0;
    let run = 0;
    for (let at = FIRST_RAM; at < this.cpu.data.length; at++) {
      run = this.cpu.data[at] === PAINT ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  runUntil(cycle) {
    const cpu = this.cpu;
    while (cpu.cycles < cycle) {
      const instruction = cpu.progMem[cpu.pc];
      if (instruction === SLEEP) {
        this.#sleep(cycle);
        continue;
      }
      avrInstruction(cpu);
      // On the chip the instruction behind sei comes before any interrupt.
      if (instruction !== SEI) cpu.tick();
    }
  }

  // The chip holds two bytes that are not read yet, avr8js one; a third is lost, on both.
  hear(byte) {
    if (!(this.cpu.data[usart0Config.UCSRA] & RECEIVED)) {
      this.line.writeByte(byte, true);
    } else if (this.unread === null) {
      this.unread = byte;
    }
  }

  #mendLine() {
    const { cpu, line } = this;
    // A level and no edge: it stays up while the interrupt is served that takes no byte.
    line.UDRE.constant = true;
    // avr8js forgets a byte that waits when the sender's interrupt is switched.
    const write = cpu.writeHooks[usart0Config.UCSRB];
    cpu.writeHooks[usart0Config.UCSRB] = (...written) => {
      const waits = cpu.data[usart0Config.UCSRA] & RECEIVED;
      const done = write(...written);
      if (waits) cpu.setInterruptFlag(line.RXC);
      return done;
    };
    const read = cpu.readHooks[usart0Config.UDR];
    cpu.readHooks[usart0Config.UDR] = (address) => {
      const byte = read(address);
      if (this.unread !== null) {
        const next = this.unread;
        this.unread = null;
        line.writeByte(next, true);
      }
      return byte;
    };
  }

  // As it is when the power goes: a byte that is just being written is anything.
  eepromAtPowerOff(seed) {
    const kept = Uint8Array.from(this.memory.memory);
    const { EECR, EEARL, EEARH } = eepromConfig;
    const data = this.cpu.data;
    if (data[EECR] & WRITING) {
      kept[(data[EEARL] | (data[EEARH] << 8)) & 1023] = Math.imul(seed, 2654435761) >>> 24;
    }
    return kept;
  }

  // avr8js does not sleep: go from event to event of its clock until one of them is an interrupt.
  #sleep(cycle) {
    const cpu = this.cpu;
    cpu.pc += 1;
    cpu.cycles += 1;
    while (cpu.nextInterrupt < 0 && cpu.cycles < cycle) {
      const until = Math.min(cpu.nextClockEvent.cycles, cycle);
      this.slept += Math.max(0, until - cpu.cycles);
      cpu.cycles = Math.max(cpu.cycles, until);
      cpu.tick();
      if (cpu.progMem[cpu.pc - 1] !== SLEEP) return; // the interrupt has been entered
    }
    cpu.tick();
  }

  // avr8js's timers do not start the converter; the edge of the compare's flag does.
  #triggerByTimer() {
    const cpu = this.cpu;
    const set = cpu.setInterruptFlag.bind(cpu);
    cpu.setInterruptFlag = (interrupt) => {
      const edge = interrupt.address === TIMER_0_COMPARE_A && !(cpu.data[interrupt.flagRegister] & COMPARED_A);
      set(interrupt);
      if (edge && cpu.data[adcConfig.ADCSRA] & AUTO) this.#convert(RESULT_AFTER);
    };
  }

  #convert(after) {
    const code = this.#reading(this.cpu.data[adcConfig.ADMUX] & 7) >> 2;
    this.cpu.addClockEvent(() => this.adc.completeADCRead(code), after);
  }

  #reading(channel) {
    const wave = this.wave;
    const s = (this.cpu.cycles + HELD_AFTER) / HZ - (wave ? wave.atUs / 1e6 : 0);
    if (!wave || channel >= wave.channels || s < 0) return REST;
    const frames = wave.readings.length / wave.channels;
    return wave.readings[Math.min(Math.floor(s * wave.hz), frames - 1) * wave.channels + channel];
  }

  #watch(port, pin, output) {
    let lit = false;
    port.addListener(() => {
      const now = port.pinState(pin) === PinState.High;
      if (now !== lit) this.#tell(`L ${this.us} ${output} ${now ? 1 : 0}`);
      lit = now;
    });
  }

  #tell(line) {
    this.log.push(line);
  }
}

// Intel HEX to the program memory.
function programOf(hex) {
  const program = new Uint8Array(32768).fill(0xff);
  for (const line of hex.split(/\s+/).filter(Boolean)) {
    const bytes = Uint8Array.from(line.slice(1).match(/../g), (pair) => parseInt(pair, 16));
    if (bytes[3] === 0) program.set(bytes.slice(4, 4 + bytes[0]), (bytes[1] << 8) | bytes[2]);
  }
  return program;
}
