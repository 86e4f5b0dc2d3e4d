// The demo account as a script sees it: through the API, with a session of its own.

import { expect } from "@playwright/test";

import type { Answer, Server } from "../server.ts";

export type Made = { id: number; secret: string; description: string };

export const STOP_ENV = "environment.control.StopEnv";

export class Owner {
  private constructor(
    readonly server: Server,
    private readonly session: string,
  ) {}

  static async signIn(server: Server): Promise<Owner> {
    const login = { login: server.email, password: server.password };
    const { session } = await server.api("users.authentication.Signin", login);
    return new Owner(server, String(session));
  }

  /** Calls a method and expects it to work. */
  async call(method: string, params: Record<string, string | number | boolean> = {}): Promise<Answer> {
    const answer = await this.server.api(method, params, this.session);
    expect(answer, method).toMatchObject({ result: 0 });
    return answer;
  }

  /** Makes a token; with StopEnv only, unless told otherwise. */
  async token(description: string, params: Record<string, string> = {}): Promise<Made> {
    const scope: Record<string, string> = "tokenTemplate" in params ? {} : { apiList: STOP_ENV };
    const all = { description, password: this.server.password, ...scope, ...params };
    const { token } = await this.call("users.authentication.CreateToken", all);
    const { id, key } = token as { id: number; key: string };
    return { id, secret: key, description };
  }

  /** A token whose life has ended already when this returns. */
  async expiredToken(description: string, params: Record<string, string> = {}): Promise<Made> {
    const token = await this.token(description, { ...params, expiresAt: wire(Date.now() + 2_000) });
    await expect(async () => {
      const { result, error } = await this.server.api("users.authentication.CheckSign", {}, token.secret);
      expect(result).toBe(702);
      expect(error).toContain("expired");
    }).toPass({ intervals: [100], timeout: 10_000 });
    return token;
  }

  async edit(id: number, params: Record<string, string>): Promise<void> {
    await this.call("users.authentication.EditToken", { id, password: this.server.password, ...params });
  }

  async regenerate(id: number): Promise<string> {
    const { token } = await this.call("users.authentication.RegenerateToken", { id, password: this.server.password });
    return (token as { key: string }).key;
  }

  async remove(...ids: number[]): Promise<void> {
    await this.call("users.authentication.DeleteTokens", { ids: ids.join(";"), password: this.server.password });
  }

  async removeAllTokens(): Promise<void> {
    await this.call("users.authentication.DeleteTokens", { ids: "*", password: this.server.password });
  }

  /** Descriptions of all tokens, sorted. */
  async descriptions(): Promise<string[]> {
    const { apiTokens } = await this.call("users.authentication.GetTokens");
    return (apiTokens as { description: string }[]).map((token) => token.description).sort();
  }

  /** Full names of the methods that a token holds, sorted. */
  async methodsOf(id: number): Promise<string[]> {
    const { apiTokens } = await this.call("users.authentication.GetTokens", { ids: id });
    const [token] = apiTokens as { apiListItems: { method: string }[] }[];
    return (token?.apiListItems ?? []).map((item) => item.method).sort();
  }

  /** Ends all sessions of browsers. This one goes on. */
  async endBrowserSessions(): Promise<void> {
    const { sessions } = await this.call("users.authentication.GetSessions");
    const others = (sessions as { id: number; current: boolean }[]).filter((session) => !session.current);
    if (others.length > 0) {
      await this.call("users.authentication.SignoutSessions", { ids: others.map(({ id }) => id).join(";") });
    }
  }
}

/** A moment as the API writes it, cut to whole seconds. */
export function wire(moment: number): string {
  return new Date(moment).toISOString().slice(0, 19).replace("T", " ");
}

/** A day as people type it, so many days from now (UTC). */
export function typedDay(days: number): string {
  const [year, month, day] = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).split("-");
  return `${day}-${month}-${year}`;
}

/** A day as people read it, so many days from now (UTC): `9 Mar 2027`. */
export function readableDay(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.getUTCDate()} ${date.toLocaleString("en-US", { month: "short", timeZone: "UTC" })} ${date.getUTCFullYear()}`;
}

/** A day as calendars speak it, so many days from now (UTC): `Tuesday, 9 March 2027`. */
export function spokenDay(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  const part = (options: Intl.DateTimeFormatOptions) => date.toLocaleString("en-US", { ...options, timeZone: "UTC" });
  return `${part({ weekday: "long" })}, ${date.getUTCDate()} ${part({ month: "long" })} ${date.getUTCFullYear()}`;
}
