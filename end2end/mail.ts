// A mail server for tests: speaks SMTP (RFC 5321) on a loopback port and keeps what it is given.

import { type AddressInfo, type Socket, createServer } from "node:net";
import { createInterface } from "node:readline";

export type Mail = { to: string[]; subject: string; text: string };

export class MailServer {
  readonly mails: Mail[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #listener = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that hangs up has nothing more to say, also not to who waits for its next line.
    socket.on("error", () => socket.destroy());
    void this.#talk(socket).catch((error: unknown) => {
      if (error !== socket.errored) throw error;
    });
  });

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    await new Promise<void>((done) => server.#listener.listen(0, "127.0.0.1", done));
    return server;
  }

  /** For `--smtp`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  /** Mails to somebody, in their order. */
  to(email: string): Mail[] {
    return this.mails.filter((mail) => mail.to.includes(email));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((done) => this.#listener.close(done));
  }

  async #talk(socket: Socket): Promise<void> {
    const say = (line: string) => socket.write(`${line}\r\n`);
    say("220 mail.test ESMTP");
    let to: string[] = [];
    let data: string[] | undefined;
    for await (const line of createInterface({ input: socket })) {
      if (data) {
        if (line !== ".") {
          data.push(line.startsWith(".") ? line.slice(1) : line);
          continue;
        }
        this.mails.push(read(to, data));
        [to, data] = [[], undefined];
        say("250 kept");
        continue;
      }
      const command = line.slice(0, 4).toUpperCase();
      const [, address] = /<([^>]*)>/.exec(line) ?? [];
      if (command === "RCPT" && address) to.push(address);
      if (command === "DATA") data = [];
      if (command === "QUIT") return void socket.end("221 bye\r\n");
      say(command === "DATA" ? "354 go on" : "250 fine");
    }
  }
}

/** Takes the encodings away that mail needs. */
function read(to: string[], lines: string[]): Mail {
  const blank = lines.indexOf("");
  const head = lines.slice(0, blank).join("\n").replaceAll(/\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1] ?? "";
  const body = lines.slice(blank + 1).join("\n");
  const encoding = header("Content-Transfer-Encoding").toLowerCase();
  const text =
    encoding === "base64" ? Buffer.from(body, "base64").toString("utf8")
    : encoding === "quoted-printable" ? quotedPrintable(body)
    : body;
  const subject = header("Subject").replaceAll(/=\?utf-8\?b\?([^?]*)\?=\s*/gi, (_, word: string) =>
    Buffer.from(word, "base64").toString("utf8"),
  );
  return { to, subject, text };
}

function quotedPrintable(text: string): string {
  const joined = text.replaceAll("=\n", "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
