// People: who they are, how they sign in, and the pages about them.

import { type APIRequestContext, type Locator, type Page, expect } from "@playwright/test";

import type { Answer, Server } from "../server.ts";
import { Authenticator } from "./authenticator.ts";

/** Strong enough for zxcvbn, and nobody's. */
export const PASSWORD = "velvet-otter-juggles-42-lanterns";

export type Role = "owner" | "manager" | "viewer";

/** Somebody with a password, and perhaps a second factor. */
export class Person {
  authenticator: Authenticator | undefined;
  /** Those that were not used yet. */
  recoveryCodes: string[] = [];
  #session: string | undefined;

  constructor(
    readonly server: Server,
    readonly email: string,
    public password = PASSWORD,
  ) {}

  /** Calls a method as a script does, with a session of its own. */
  async api(method: string, params: Record<string, string | number | boolean> = {}): Promise<Answer> {
    if (this.#session === undefined) {
      const login = { login: this.email, password: this.password };
      const answer = await this.server.api("users.authentication.Signin", login);
      expect(answer, "Signin").toMatchObject({ result: 0 });
      this.#session = String(answer.session);
    }
    return this.server.api(method, params, this.#session);
  }

  /** The same, and expects it to work. */
  async call(method: string, params: Record<string, string | number | boolean> = {}): Promise<Answer> {
    const answer = await this.api(method, params);
    expect(answer, method).toMatchObject({ result: 0 });
    return answer;
  }

  /** Makes a token that may tell who its owner is, unless told otherwise; answers its secret. */
  async token(description: string, params: Record<string, string | boolean> = {}): Promise<string> {
    const all = { description, password: this.password, apiList: "users.account.GetUserInfo", ...params };
    const { token } = await this.call("users.authentication.CreateToken", all);
    return (token as { key: string }).key;
  }

  /** Makes a token that is shared with the account, which only the dashboard can; `request` is signed in. */
  async shareToken(request: APIRequestContext, description: string): Promise<void> {
    const draft = { description, expires: "", api_set: "Marketplace", methods: [], shared: true };
    const headers = { Origin: this.server.url };
    const data = { confirm: { password: this.password }, draft };
    const answer = await request.post("/fn/tokens/create", { data, headers });
    expect(await answer.json(), "a shared token").toHaveProperty("Ok");
  }

  /** Switches an authenticator on. */
  async enrol(): Promise<void> {
    const { secret } = await this.call("users.account.Get2FAConfig", { password: this.password });
    const authenticator = new Authenticator(String(secret));
    const enable = { password: this.password, code: await authenticator.code() };
    const { codes } = await this.call("users.account.Enable2FA", enable);
    this.authenticator = authenticator;
    this.recoveryCodes = codes as string[];
  }

  /** A recovery code, which is used up then. */
  recoveryCode(): string {
    const code = this.recoveryCodes.shift();
    if (code === undefined) throw new Error(`${this.email} has no recovery codes left`);
    return code;
  }

  /** Invites somebody; answers the link's path. */
  async invite(email: string, role: Role): Promise<string> {
    const { link } = await this.call("users.collaboration.InviteMember", { email, role, password: this.password });
    return path(String(link));
  }

  /** Invites somebody who accepts at once, as a new user. */
  async invited(email: string, role: Role): Promise<Person> {
    const token = new URL(await this.invite(email, role), this.server.url).searchParams.get("token") ?? "";
    const form = new URLSearchParams({ token, name: email.split("@")[0] ?? "", new_password: PASSWORD });
    const headers = { Origin: this.server.url, Accept: "text/html" };
    const url = `${this.server.url}/fn/invite/accept`;
    const answer = await fetch(url, { method: "POST", body: form, headers, redirect: "manual" });
    expect([answer.status, answer.headers.get("location")], "accepted").toEqual([303, "/"]);
    return new Person(this.server, email);
  }

  /** Signs in without the sign-in page; the request's browser keeps the cookie. */
  async signIn(request: APIRequestContext, next = "/"): Promise<void> {
    const headers = { Origin: this.server.url, Accept: "text/html" };
    const form = { email: this.email, password: this.password, next };
    const first = await request.post("/signin", { form, headers, maxRedirects: 0 });
    expect(first.status(), "sign-in").toBe(303);
    if (!first.headers().location?.startsWith("/signin/second")) return;
    const code = { code: this.recoveryCode(), next };
    const second = await request.post("/fn/signin/second", { form: code, headers, maxRedirects: 0 });
    expect(second.headers().location, "second step").toBe(next);
  }
}

/** Path and query of a link that the server made. */
export function path(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}

/** Settings → Security. */
export class SecurityPage {
  constructor(readonly page: Page) {}

  get factors(): Locator {
    return this.page.getByRole("region", { name: "Second factor" });
  }

  get sessions(): Locator {
    return this.page.getByRole("region", { name: "Signed in" }).getByRole("listitem");
  }

  get passkeys(): Locator {
    return this.factors.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
  }

  get setUp(): Locator {
    return this.page.getByRole("dialog", { name: "Set up authenticator" });
  }

  button(name: string): Locator {
    return this.factors.getByRole("button", { name, exact: true });
  }

  /** The secret in the dialog, as text. */
  async secret(): Promise<string> {
    const secret = this.setUp.getByText(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
    await expect(secret).toBeVisible();
    return (await secret.textContent()) ?? "";
  }
}

/** Settings → Members. */
export class MembersPage {
  constructor(readonly page: Page) {}

  get inviteDialog(): Locator {
    return this.page.getByRole("dialog", { name: "Invite member" });
  }

  get removeDialog(): Locator {
    return this.page.getByRole("dialog", { name: "Remove member" });
  }

  get invitations(): Locator {
    return this.page.getByRole("region", { name: "Open invitations" }).getByRole("listitem");
  }

  row(email: string): Locator {
    return this.page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: email });
  }

  role(email: string): Locator {
    return this.page.getByRole("combobox", { name: `Role of ${email}` });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The choice for one token in the dialog that removes a member. */
  fate(token: string, fate: "Transfer" | "Keep as shared" | "Revoke"): Locator {
    return this.removeDialog.getByRole("radiogroup", { name: token }).getByRole("radio", { name: fate });
  }
}

/** What is shown once: recovery codes, an invitation's link, secrets. */
export class Once {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  get root(): Locator {
    return this.page.getByRole("dialog", { name: this.name });
  }

  get values(): Locator {
    return this.root.locator("code");
  }

  button(name: "Download" | "Copy" | "Done"): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  async close(): Promise<void> {
    await this.root.getByRole("checkbox", { name: "I've saved the data" }).check();
    await this.button("Done").click();
    await expect(this.root).toBeHidden();
  }
}
