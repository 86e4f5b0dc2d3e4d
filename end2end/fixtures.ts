// What every browser test gets: a real server, a browser that may not complain, and a few helpers.
//
//   import { test, expect } from "../fixtures.ts";
//
//   test("…", async ({ page, signIn, axe, api }) => {
//     await signIn(page);
//     await axe(page);
//   });

import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, type Page, test as base, expect } from "@playwright/test";

import { type Answer, Server } from "./server.ts";
import { Owner } from "./steps/owner.ts";
import { Person } from "./steps/people.ts";

export { expect, Server };

type AxeOptions = {
  /** Look at this part of the page only (a CSS selector). */
  include?: string;
  /** Ids of rules to leave out. Say why beside it. */
  except?: string[];
};

type TestFixtures = {
  /** `test.use({ ownServer: true })`: a fresh server for each test instead of the worker's. */
  ownServer: boolean;
  /** `test.use({ serverArgs: ["--option"] })`: more arguments for `serve`. Implies a fresh server. */
  serverArgs: string[];
  /** `test.use({ publicHost: "localhost" })`: a fresh server under this name; passkeys need one, and
   * `keys.test` is to browsers another machine. */
  publicHost: string | undefined;
  server: Server;
  /** Lets messages that match pass which would otherwise fail the test: `allowConsole(/status of 404/)`. */
  allowConsole: (pattern: RegExp) => void;
  /** Another person, or another browser: a page in a context of its own, watched like `page`. */
  newVisitor: () => Promise<Page>;
  /** Opens a path and waits until the islands are awake. */
  open: (page: Page, path: string) => Promise<void>;
  /** Signs in (as the demo account unless told otherwise) and waits for the dashboard. */
  signIn: (page: Page, email?: string, password?: string) => Promise<void>;
  /** Signs the demo account in without the sign-in page, and opens a page. */
  enter: (page: Page, path?: string) => Promise<void>;
  /** Somebody new, whose own account stands on this server besides the others. */
  newPerson: (name?: string) => Promise<Person>;
  /** Signs somebody in without the sign-in page, and opens a page. */
  enterAs: (page: Page, person: Person, path?: string) => Promise<void>;
  /** The demo account through the API. It has no tokens when the test begins. */
  owner: Owner;
  /** Fails, readably, on any violation of WCAG 2.2 A or AA that axe can see. */
  axe: (page: Page, options?: AxeOptions) => Promise<void>;
  /** `await api("environment.control.GetEnvs", {}, token)` */
  api: (method: string, params?: Record<string, string | number | boolean>, token?: string) => Promise<Answer>;
  complaints: { watch: (context: BrowserContext) => void; allow: (pattern: RegExp) => void };
};

/** How many people were made in this process. */
let people = 0;

export const test = base.extend<TestFixtures, { sharedServer: Server }>({
  ownServer: [false, { option: true }],
  serverArgs: [[], { option: true }],
  publicHost: [undefined, { option: true }],

  sharedServer: [
    async ({}, use) => {
      const server = await Server.create();
      await use(server);
      await server.destroy();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  server: async ({ ownServer, serverArgs, publicHost, sharedServer }, use, info) => {
    const own = ownServer || serverArgs.length > 0 || publicHost !== undefined;
    const server = own ? await Server.create(serverArgs, publicHost) : sharedServer;
    await use(server);
    if (info.status !== info.expectedStatus) {
      await info.attach("server output", { body: server.lines.join("\n"), contentType: "text/plain" });
    }
    if (own) await server.destroy();
  },

  baseURL: async ({ server }, use) => use(server.url),

  complaints: async ({}, use) => {
    const heard: string[] = [];
    const allowed: RegExp[] = [];
    await use({
      allow: (pattern) => allowed.push(pattern),
      watch: (context) => {
        context.on("console", (message) => {
          if (!["error", "warning", "assert"].includes(message.type())) return;
          heard.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
        });
        context.on("weberror", (error) => heard.push(`uncaught: ${error.error().stack ?? error.error().message}`));
      },
    });
    const unexpected = heard.filter((line) => !allowed.some((pattern) => pattern.test(line)));
    expect(unexpected, "the browser complained").toEqual([]);
  },

  context: async ({ context, complaints }, use) => {
    complaints.watch(context);
    await use(context);
  },

  allowConsole: async ({ complaints }, use) => use(complaints.allow),

  newVisitor: async ({ browser, complaints, contextOptions, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ ...contextOptions, baseURL });
      contexts.push(context);
      complaints.watch(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  open: async ({}, use) =>
    use(async (page, path) => {
      await page.goto(path);
      await page.locator("html[data-hydrated]").waitFor();
    }),

  signIn: async ({ server, open }, use) =>
    use(async (page, email = server.email, password = server.password) => {
      await open(page, "/signin");
      await page.getByRole("textbox", { name: "Email" }).fill(email);
      await page.getByRole("textbox", { name: "Password" }).fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { name: "Environments" })).toBeVisible();
      await page.locator("html[data-hydrated]").waitFor();
    }),

  enter: async ({ open, server }, use) =>
    use(async (page, path = "/") => {
      const form = { email: server.email, password: server.password, next: path };
      const answer = await page.request.post("/signin", { form, headers: { Origin: server.url }, maxRedirects: 0 });
      expect(answer.status(), "sign-in").toBe(303);
      await open(page, path);
    }),

  newPerson: async ({ server }, use) =>
    use(async (name = "ada") => {
      const person = new Person(server, `${name}-${++people}@example.org`);
      await server.createAccount(person.email, person.password);
      return person;
    }),

  enterAs: async ({ open }, use) =>
    use(async (page, person, path = "/") => {
      await person.signIn(page.request, path);
      await open(page, path);
    }),

  owner: async ({ server }, use) => {
    const owner = await Owner.signIn(server);
    await owner.removeAllTokens();
    await use(owner);
  },

  axe: async ({}, use) =>
    use(async (page, { include, except = [] } = {}) => {
      let builder = new AxeBuilder({ page })
        .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"])
        .disableRules(except);
      if (include !== undefined) builder = builder.include(include);
      const { violations } = await builder.analyze();
      const readable = violations.map(({ id, help, nodes }) => {
        const where = nodes.map(({ html, failureSummary = "" }) => `    ${html}\n      ${failureSummary.replaceAll("\n", "\n      ")}`);
        return `${id}: ${help}\n${where.join("\n")}`;
      });
      if (readable.length > 0) throw new Error(`accessibility of ${page.url()}\n\n${readable.join("\n\n")}`);
    }),

  api: async ({ server }, use) => use((method, params, token) => server.api(method, params, token)),
});
