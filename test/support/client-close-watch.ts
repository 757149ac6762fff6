const noBytes = Buffer.alloc(0);

/** Follows the bytes of a WebSocket client and notices its close frame: RFC 6455 sections 4.1 and 5.2. */
export class ClientCloseWatch {
  #hasClosed = false;
  #isUpgraded = false;
  /** What may be the beginning of a head. */
  #rest: Buffer = noBytes;
  /** How much of the current frame is still to come. */
  #skip = 0;

  /** Whether the client has said goodbye. */
  get hasClosed(): boolean {
    return this.#hasClosed;
  }

  add(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#isUpgraded) {
      const end = bytes.indexOf("\r\n\r\n");
      this.#isUpgraded = end >= 0;
      if (this.#isUpgraded) bytes = bytes.subarray(end + 4);
    }
    this.#rest = this.#isUpgraded ? this.#follow(bytes) : bytes;
  }

  /** What is left when no frame is whole any more. */
  #follow(chunk: Buffer): Buffer {
    let bytes = chunk;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length);
      this.#skip -= skipped;
      bytes = bytes.subarray(skipped);
      const size = frameSize(bytes);
      if (size === undefined) return bytes;
      const opcode = bytes.readUInt8() & 0x0f;
      if (opcode === 0x8) this.#hasClosed = true;
      this.#skip = size;
    }
  }
}

/** Bytes of a client's frame, with head and mask; `undefined` while its head is not complete. */
function frameSize(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  if (short < 126) return 6 + short;
  if (short === 126) return bytes.length < 4 ? undefined : 8 + bytes.readUInt16BE(2);
  return bytes.length < 10 ? undefined : 14 + Number(bytes.readBigUInt64BE(2));
}
