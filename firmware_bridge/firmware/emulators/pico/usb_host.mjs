// A computer at the board's USB plug: it asks what a Linux host asks, opens the serial line, and fetches and
// sends packets.

const DEVICE = 1;
const CONFIGURATION = 2;
const TEXT = 3;
const QUALIFIER = 6;
const PACKET = 64;
const STALL_ARM = 0x68;
const BUFFER_CTRL = 0x80;
const READY = 1 << 10;
const BAUD = 1_000_000;
const IMAGE_BAUD = 1_200;
const LINE_OPEN = 3; // DTR and RTS

const setup = (kind, request, value, index, length) =>
  Uint8Array.of(kind, request, value & 255, value >> 8, index & 255, index >> 8, length & 255, length >> 8);
const ask = (type, index, length) => ({ setup: setup(0x80, 6, (type << 8) | index, 0, length), length });
const tell = (kind, request, value, data) => ({ setup: setup(kind, request, value, 0, data?.length ?? 0), data });

export class UsbHost {
  /** What the board told of itself: descriptors by name, texts, and the questions it refused. */
  told = { refused: [] };
  /** When the line was open, in emulated microseconds; null before. */
  openAt = null;
  #waiting = [];
  #boardTakes = 0;
  #held = null;
  #listening = true;
  #transfer = null;
  #talk = null;

  /** @param {(byte: number, nanos: number) => void} onByte called for each byte that the board says */
  constructor(machine, onByte) {
    this.machine = machine;
    const usb = (this.usb = machine.chip.usbCtrl);
    usb.onUSBEnabled = () => usb.resetDevice();
    usb.onResetReceived = () => {
      this.#talk = this.#enumerate();
      this.#next();
    };
    usb.onEndpointWrite = (endpoint, packet) => {
      if (endpoint === 0) this.#onControl(packet);
      else if (endpoint === this.inEndpoint) for (const byte of packet) onByte(byte, machine.nanos);
    };
    usb.onEndpointRead = (endpoint, size) => {
      if (endpoint === 0) this.#onControlWanted();
      else if (endpoint === this.outEndpoint) {
        this.#boardTakes = size;
        this.#deliver();
      }
    };
    this.#watchStalls();
    this.#holdBack();
  }

  /** A host that does not listen fetches no packets. */
  set listening(listening) {
    this.#listening = listening;
    if (listening && this.#held) {
      const held = this.#held;
      this.#held = null;
      this.usb.DPRAMUpdated(...held);
    }
  }

  send(bytes) {
    for (const byte of bytes) this.#waiting.push(byte);
    this.#deliver();
  }

  /** Opens and closes the line at 1200 baud: "take a new image". */
  touch() {
    this.#talk = this.#askForImage();
    this.#next();
  }

  *#askForImage() {
    yield tell(0x21, 0x20, 0, codingOf(IMAGE_BAUD));
    yield tell(0x21, 0x22, 0);
  }

  #deliver() {
    if (!this.#boardTakes || !this.#waiting.length) return;
    const packet = Uint8Array.from(this.#waiting.splice(0, this.#boardTakes));
    this.#boardTakes = 0;
    this.usb.endpointReadDone(this.outEndpoint, packet);
  }

  *#enumerate() {
    const { told } = this;
    yield ask(DEVICE, 0, PACKET);
    yield tell(0, 5, 1); // an address
    told.device = yield ask(DEVICE, 0, 18);
    if (!(yield ask(QUALIFIER, 0, 10))) told.refused.push('device qualifier');
    const head = yield ask(CONFIGURATION, 0, 9);
    told.configuration = yield ask(CONFIGURATION, 0, head[2] | (head[3] << 8));
    yield ask(TEXT, 0, 255);
    const [maker, product, serial] = told.device.slice(14, 17);
    for (const [name, index] of Object.entries({ maker, product, serial })) {
      told[name] = textOf(yield ask(TEXT, index, 255));
    }
    this.#findEndpoints();
    yield tell(0, 9, head[5]);
    yield tell(0x21, 0x20, 0, codingOf(BAUD));
    told.coding = yield { setup: setup(0xa1, 0x21, 0, 0, 7), length: 7 };
    for (const endpoint of [0x80 | this.inEndpoint, this.outEndpoint]) {
      yield { setup: setup(0x02, 1, 0, endpoint, 0) }; // begin anew, as macOS does
    }
    yield tell(0x21, 0x22, LINE_OPEN);
    this.openAt = this.machine.nanos / 1000;
  }

  #findEndpoints() {
    const bytes = this.told.configuration;
    for (let at = 0; at < bytes.length; at += bytes[at]) {
      if (bytes[at + 1] !== 5 || (bytes[at + 3] & 3) !== 2) continue;
      if (bytes[at + 2] & 0x80) this.inEndpoint = bytes[at + 2] & 15;
      else this.outEndpoint = bytes[at + 2];
    }
  }

  #next(result) {
    const { value, done } = this.#talk.next(result);
    if (done) return;
    this.#transfer = { ...value, came: [] };
    this.machine.at(this.machine.nanos + 100_000, () => this.usb.sendSetupPacket(value.setup));
  }

  #onControl(packet) {
    const transfer = this.#transfer;
    if (!transfer) return;
    if (!transfer.length) return this.#next(packet); // the board's thanks
    transfer.came.push(...packet);
    transfer.full = transfer.came.length >= transfer.length || packet.length < PACKET;
    this.#thank();
  }

  #onControlWanted() {
    const transfer = this.#transfer;
    if (!transfer) return;
    if (transfer.data) return this.usb.endpointReadDone(0, transfer.data);
    transfer.wanted = true;
    this.#thank();
  }

  // Our thanks for an answer: rp2040js may ask for them before it gives the answer's last packet.
  #thank() {
    const { full, wanted, came } = this.#transfer;
    if (!full || !wanted) return;
    this.usb.endpointReadDone(0, new Uint8Array());
    this.#next(Uint8Array.from(came));
  }

  #watchStalls() {
    const write = this.usb.writeUint32.bind(this.usb);
    this.usb.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset === STALL_ARM && value && this.#transfer) this.#next(null);
    };
  }

  #holdBack() {
    const update = this.usb.DPRAMUpdated.bind(this.usb);
    this.usb.DPRAMUpdated = (offset, value) => {
      const in_ = offset === BUFFER_CTRL + 8 * this.inEndpoint;
      if (in_ && value & READY && !this.#listening) this.#held = [offset, value];
      else update(offset, value);
    };
  }
}

function codingOf(baud) {
  const coding = new Uint8Array(7);
  new DataView(coding.buffer).setUint32(0, baud, true);
  coding[6] = 8; // bits
  return coding;
}

const textOf = (bytes) => Buffer.from(bytes.subarray(2)).toString('utf16le');
