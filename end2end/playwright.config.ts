import { defineConfig, devices } from "@playwright/test";

export default defineConfig({
  testDir: "./tests",
  outputDir: "./test-results",
  // Tests in one file share the worker's server; a test that needs a fresh one says `test.use({ ownServer: true })`.
  fullyParallel: false,
  workers: 2,
  // A shared machine can stall for longer than any patience. A test that passes only at its second try is listed as flaky, with the
  // error of the first.
  retries: 1,
  forbidOnly: !!process.env.CI,
  // For what hangs. Machines of two slow cores take many times as long as others, and nothing here is measured.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["./failures.ts"]],
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "UTC",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    actionTimeout: 15_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        // A name that is not loopback to browsers: what they do over plain http with a server on another machine.
        "--host-resolver-rules=MAP keys.test 127.0.0.1",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
