// The far end of UART0's two wires, with the time that a byte takes on them.

const QUEUE = 32;
const TX_FULL = 1 << 5;
const TX_EMPTY = 1 << 7;
const RX_FULL = 1 << 6;
const RX_EMPTY = 1 << 4;

export class UartLine {
  /** Bytes that found the chip's queue full. */
  lost = 0;
  #said = [];
  #waiting = [];
  #heard = 0;

  /** @param {(byte: number, nanos: number) => void} onByte called when a byte has fully come out */
  constructor(machine, onByte) {
    this.machine = machine;
    this.uart = machine.chip.uart[0];
    this.onByte = onByte;
    const { clock } = machine.chip;
    this.nextIn = clock.createAlarm(() => this.#deliver());
    this.nextOut = clock.createAlarm(() => this.#leave());
    this.uart.onByte = (byte) => this.#say(byte);
    const line = this;
    // rp2040js sends a byte at once and has no queue to fill.
    Object.defineProperty(this.uart, 'flags', {
      get() {
        const room = this.rxFIFO;
        const queued = line.#said.length;
        return (room.full ? RX_FULL : 0) | (room.empty ? RX_EMPTY : 0) |
          (queued >= QUEUE ? TX_FULL : 0) | (queued ? 0 : TX_EMPTY);
      },
    });
  }

  /** Bytes for the board, from now on, one behind the other. */
  send(bytes) {
    const idle = this.#heard >= this.#waiting.length;
    if (idle) {
      this.#waiting = [];
      this.#heard = 0;
    }
    for (const byte of bytes) this.#waiting.push(byte);
    if (idle && this.#waiting.length) this.nextIn.schedule(this.#byteNanos);
  }

  get #byteNanos() {
    return 1e10 / this.uart.baudRate;
  }

  #deliver() {
    if (this.uart.rxFIFO.full) this.lost++;
    else this.uart.feedByte(this.#waiting[this.#heard]);
    if (++this.#heard < this.#waiting.length) this.nextIn.schedule(this.#byteNanos);
  }

  #say(byte) {
    this.#said.push(byte);
    if (this.#said.length === 1) this.nextOut.schedule(this.#byteNanos);
  }

  #leave() {
    this.onByte(this.#said.shift(), this.machine.nanos);
    if (this.#said.length) this.nextOut.schedule(this.#byteNanos);
  }
}
