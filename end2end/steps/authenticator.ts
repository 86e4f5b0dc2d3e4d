// An authenticator app: one-time codes by RFC 6238, computed as phones do.

import { createHmac } from "node:crypto";

import { expect } from "@playwright/test";

const STEP_SECONDS = 30;

export class Authenticator {
  readonly #key: Buffer;
  /** The server takes each step once, and later ones only after it. */
  #used = 0;

  /** The secret as the page shows it: base32, in groups. */
  constructor(secret: string) {
    this.#key = base32(secret);
  }

  /** A code that the server has not seen yet. Waits for the next step when the present one is used up. */
  async code(): Promise<string> {
    const step = await this.#free();
    this.#used = step;
    return this.#at(step);
  }

  /** A code of the right shape that is not taken: of a step long gone. */
  wrong(): string {
    const present = Math.floor(Date.now() / 1000 / STEP_SECONDS);
    const taken = [present - 1, present, present + 1].map((step) => this.#at(step));
    for (let step = present - 1000; ; step--) {
      const code = this.#at(step);
      if (!taken.includes(code)) return code;
    }
  }

  /** The server takes the present step and the one before; of the latter only when it does not end right now. */
  async #free(): Promise<number> {
    let step = 0;
    await expect
      .poll(
        () => {
          const now = Date.now() / 1000 / STEP_SECONDS;
          const present = Math.floor(now);
          const earliest = now - present < 0.8 ? present - 1 : present;
          step = Math.max(this.#used + 1, earliest);
          return step <= present;
        },
        { message: "the authenticator's next step", timeout: (STEP_SECONDS + 5) * 1000, intervals: [250] },
      )
      .toBe(true);
    return step;
  }

  #at(step: number): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac("sha1", this.#key).update(counter).digest();
    const value = digest.readUInt32BE(digest[digest.length - 1]! & 15) & 0x7fff_ffff;
    return String(value % 1_000_000).padStart(6, "0");
  }
}

function base32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text.replaceAll(/[\s=]/g, "").toUpperCase()) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    if (value < 0) throw new Error(`“${letter}” is not base32`);
    bits = (bits << 5) | value;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes.push((bits >> held) & 255);
      bits &= (1 << held) - 1;
    }
  }
  return Buffer.from(bytes);
}
