// Prints, last of all, a line or two for each test that failed or needed a second try: whoever has only the end of a log sees why.

import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

/** Lines of an error that say what was expected and what was there. */
const LINES = 4;

export default class Failures implements Reporter {
  readonly #failures = new Map<string, string[]>();

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === "skipped") return;
    const errors = result.errors.map(({ message = "" }) => {
      const plain = message.replaceAll(/\x1b\[[0-9;]*m/g, "");
      const lines = plain.split("\n").filter((line) => line.trim() !== "");
      return lines.slice(0, LINES).join("\n    ");
    });
    this.#failures.set(`${test.titlePath().slice(2).join(" › ")}, try ${result.retry + 1}: ${result.status}`, errors);
  }

  onEnd(_result: FullResult): void {
    for (const [title, errors] of this.#failures) console.log([title, ...errors].join("\n    "));
  }
}
