/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  /** In ASCII. */
  readonly body: string;
}

/** The push API answers with a few hundred bytes. */
const maxAnswerBytes = 65_536;

const endOfHead = "\r\n\r\n";

/** Cuts what comes over one keep-alive connection into answers, of which each must say its length. */
export class AnswerParser {
  #text = "";

  /**
   * The answers that are complete now, in their order.
   *
   * @throws Error when it is no HTTP answer, has no Content-Length, or is above 64 KiB
   */
  read(chunk: Buffer): readonly Answer[] {
    this.#text += chunk.toString("latin1");
    const answers: Answer[] = [];
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) {
      answers.push(answer);
    }
    if (this.#text.length > maxAnswerBytes) {
      throw new Error(`an answer of more than ${maxAnswerBytes} bytes`);
    }
    return answers;
  }

  #next(): Answer | undefined {
    const headEnd = this.#text.indexOf(endOfHead);
    if (headEnd === -1) return undefined;
    const head = this.#text.slice(0, headEnd);
    const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
    const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
    if (status === undefined || length === undefined) {
      throw new Error(`an answer without status or Content-Length: ${head.slice(0, 200)}`);
    }
    const bodyStart = headEnd + endOfHead.length;
    const end = bodyStart + Number(length);
    if (this.#text.length < end) return undefined;
    const body = this.#text.slice(bodyStart, end);
    this.#text = this.#text.slice(end);
    return { status: Number(status), body };
  }
}
