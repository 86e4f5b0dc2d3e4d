// A real Keyrack server in a folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const binary = resolve(import.meta.dirname, process.env.KEYRACK_BIN ?? "../target/debug/keyrack");

/** Ours without the options that a developer may have set for the own server. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KEYRACK_")));

const START_MS = 20_000;
const STOP_MS = 10_000;

/** What the server printed on its way; shown when something goes wrong. */
const KEPT_LINES = 200;

export type Answer = { result: number; error?: string; [key: string]: unknown };

export class Server {
  /** As browsers know it: `http://127.0.0.1:PORT`, without a slash at the end. */
  url = "";
  /** As programs on this machine reach it, whatever browsers call it. */
  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The demo account, known since the first start. */
  email = "";
  password = "";
  readonly lines: string[] = [];
  /** 0 until it is known. */
  #port = 0;
  #process: ChildProcess | undefined;
  #exited: Promise<string> = Promise.resolve("not started");

  private constructor(
    readonly data: string,
    readonly args: string[],
    readonly publicHost: string | undefined,
  ) {}

  /** A new folder and a running server on it. `args` are added to `serve`; browsers know it by the name `publicHost`. */
  static async create(args: string[] = [], publicHost?: string): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "keyrack-end2end-")), args, publicHost);
    try {
      await server.start();
    } catch (error) {
      await server.destroy();
      throw error;
    }
    return server;
  }

  get pid(): number {
    if (this.#process?.pid === undefined) throw new Error("the server does not run");
    return this.#process.pid;
  }

  /** Starts on a free port, or, with the same folder, again on the port it had. */
  async start(): Promise<void> {
    if (this.#port === 0 && this.publicHost !== undefined) this.#port = await freePort();
    const address = ["--listen", `127.0.0.1:${this.#port}`];
    if (this.publicHost !== undefined) address.push("--public-url", `http://${this.publicHost}:${this.#port}`);
    const child = spawn(binary, ["serve", "--demo", "--data", this.data, ...address, ...this.args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: environment,
    });
    this.#process = child;
    this.#exited = new Promise((done) => {
      child.once("error", (error) => done(`cannot start ${binary}: ${error.message}`));
      child.once("exit", (code, signal) => done(signal ?? `exit code ${code}`));
    });
    const listening = new Promise<void>((done) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", (line) => {
          this.lines.push(line);
          if (this.lines.length > KEPT_LINES) this.lines.shift();
          const [, name, value] = /^\s*(Email|Password)\s+(\S+)\s*$/.exec(line) ?? [];
          if (name === "Email" && value) this.email = value;
          if (name === "Password" && value) this.password = value;
          const [, url] = /^Keyrack is listening on (http:\/\/\S+?)\/?$/.exec(line) ?? [];
          if (url) {
            this.#port = Number(new URL(url).port);
            this.url = this.publicHost === undefined ? url : `http://${this.publicHost}:${this.#port}`;
            // The lines about the demo account may stand before or after this one.
            setTimeout(done, this.password === "" ? 100 : 0);
          }
        });
      }
    });
    const ended = await Promise.race([
      listening,
      this.#exited,
      pause(START_MS).then(() => `it did not say that it is listening within ${START_MS / 1000} s`),
    ]);
    if (typeof ended === "string") throw new Error(`the server did not start: ${ended}\n${this.lines.join("\n")}`);
  }

  /** SIGTERM, and an error unless it ends in time and with exit code 0. */
  async stop(): Promise<void> {
    if (!this.#process) return;
    this.#process.kill("SIGTERM");
    const ended = await Promise.race([this.#exited, pause(STOP_MS).then(() => undefined)]);
    if (ended === undefined) {
      await this.kill();
      throw new Error(`the server did not stop within ${STOP_MS / 1000} s of SIGTERM\n${this.lines.join("\n")}`);
    }
    this.#process = undefined;
    if (ended !== "exit code 0") throw new Error(`the server ended with ${ended}\n${this.lines.join("\n")}`);
  }

  /** SIGKILL, as a power cut would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#exited;
    this.#process = undefined;
  }

  /** Makes another user with an account of their own, as an operator would. */
  async createAccount(email: string, password: string): Promise<void> {
    const child = spawn(binary, ["account", "create", email, "--password-stdin", "--data", this.data], {
      stdio: ["pipe", "ignore", "pipe"],
      env: environment,
    });
    const told: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => told.push(line));
    child.stdin.end(password);
    const code = await new Promise((done) => child.once("close", done));
    if (code !== 0) throw new Error(`account create ended with ${code}\n${told.join("\n")}`);
  }

  /** Stops it and removes its folder. */
  async destroy(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await rm(this.data, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Calls `service.class.Method` the way scripts do. Parameters go in the form body, the token in the header. */
  async api(method: string, params: Record<string, string | number | boolean> = {}, token?: string): Promise<Answer> {
    const cut = method.lastIndexOf(".");
    const path = `/1.0/${method.slice(0, cut).replace(".", "/")}/rest/${method.slice(cut + 1).toLowerCase()}`;
    const body = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]));
    const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(this.address + path, { method: "POST", body, headers });
    if (response.status !== 200) throw new Error(`${method}: HTTP ${response.status}\n${await response.text()}`);
    return (await response.json()) as Answer;
  }
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms).unref());
}
