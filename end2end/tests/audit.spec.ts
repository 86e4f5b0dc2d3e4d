// Settings → Audit.

import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import type { Person } from "../steps/people.ts";
import { typedDay } from "../steps/owner.ts";

function entries(page: Page) {
  return page.getByRole("region", { name: "Entries" }).getByRole("row").filter({ has: page.getByRole("cell") });
}

function field(page: Page, name: string) {
  return page.getByRole("search", { name: "Filter entries" }).getByRole("textbox", { name, exact: true });
}

async function narrow(page: Page, values: Record<string, string>): Promise<void> {
  for (const name of ["Person", "Token", "Method", "From", "To"]) await field(page, name).fill(values[name] ?? "");
  await page.getByRole("button", { name: "Filter" }).click();
}

async function download(page: Page, name: string): Promise<{ file: string; text: string }> {
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name }).click();
  const got = await downloading;
  return { file: got.suggestedFilename(), text: await readFile(await got.path(), "utf8") };
}

/** CSV by RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain = "", end] = cell.exec(text) ?? [];
    if (end === undefined) throw new Error(`no CSV after ${text.slice(0, 200)}`);
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n" && cell.lastIndex < text.length) rows.push([]);
  }
  return rows;
}

async function history(ada: Person): Promise<{ deploy: number; other: number }> {
  const id = async (description: string) => {
    await ada.token(description);
    const { apiTokens } = await ada.call("users.authentication.GetTokens");
    return (apiTokens as { id: number; description: string }[]).find((token) => token.description === description)!.id;
  };
  return { deploy: await id('Deploy, "nightly"'), other: await id("=1+1") };
}

test("entries are narrowed by person, token, method and time", async ({ page, newPerson, enterAs, axe }) => {
  const ada = await newPerson();
  const bob = await ada.invited(`bob-of-${ada.email}`, "manager");
  const { deploy } = await history(ada);
  await bob.token("Bob's");
  await enterAs(page, ada, "/settings/audit");
  await expect(entries(page).first()).toContainText("session");
  await axe(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await axe(page);
  await page.emulateMedia({ colorScheme: "light" });

  await narrow(page, { Person: bob.email });
  await expect(field(page, "Person"), "the filter stands in the address").toHaveValue(bob.email);
  const people = await entries(page).locator("td:nth-child(2)").allTextContents();
  expect(people.length).toBeGreaterThan(0);
  expect(new Set(people.map((who) => who.trim()))).toEqual(new Set([bob.email]));

  await narrow(page, { Token: String(deploy) });
  await expect(entries(page)).toHaveCount(1);
  await expect(entries(page)).toContainText("token.create");
  await entries(page).getByText("Details").click();
  await expect(entries(page).getByRole("definition").first()).toBeVisible();
  await axe(page);

  await narrow(page, { Method: "token.create" });
  await expect(entries(page)).toHaveCount(3);
  await narrow(page, { From: typedDay(1) });
  await expect(page.getByRole("main")).toContainText("No entry fits these filters.");
  await expect(entries(page)).toHaveCount(0);
  await axe(page);
  await narrow(page, { Method: "token.create", From: typedDay(-1), To: typedDay(0) });
  await expect(entries(page)).toHaveCount(3);
  await narrow(page, { To: "01/31/2026" });
  await expect(field(page, "To")).toHaveAccessibleDescription("Write it as dd-mm-yyyy.");
  await axe(page);
  await narrow(page, { Person: bob.email });
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL("/settings/audit");
});

test("what is exported is what is shown, in forms that programs read", async ({ page, newPerson, enterAs }) => {
  const ada = await newPerson();
  await history(ada);
  await enterAs(page, ada, "/settings/audit?method=token.create");
  await expect(entries(page)).toHaveCount(2);
  const csv = await download(page, "Export CSV");
  expect(csv.file).toMatch(/\.csv$/);
  const [head, ...rows] = readCsv(csv.text);
  expect(head).toEqual(["id", "at", "actor", "action", "subject", "outcome", "details", "address"]);
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect(row).toHaveLength(8);
    expect(row[3]).toBe("token.create");
    expect(row[2]).toContain(ada.email);
    // No spreadsheet takes a value for a formula.
    for (const cell of row) expect(cell).not.toMatch(/^[=+@]/);
  }
  const ndjson = await download(page, "Export NDJSON");
  expect(ndjson.file).toMatch(/\.ndjson$/);
  const lines = ndjson.text.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ action }) => action)).toEqual(["token.create", "token.create"]);
  expect(lines.map(({ id }) => String(id))).toEqual(rows.map(([id]) => id));
  expect(ndjson.text).toContain("=1+1");
  expect(csv.text + ndjson.text).not.toContain("krp_");
});

test("the log has pages, from the newest to the first entry", async ({ page, server, newPerson, enterAs }) => {
  const ada = await newPerson();
  await enterAs(page, ada, "/settings/account");
  for (let at = 1; at <= 55; at++) {
    const form = { name: `Ada the ${at}th` };
    const answer = await page.request.post("/settings/account/name", { form, headers: { Origin: server.url }, maxRedirects: 0 });
    expect(answer.status()).toBe(303);
  }
  await page.goto("/settings/audit");
  await expect(entries(page)).toHaveCount(50);
  await expect(page.getByRole("link", { name: "Newest" })).toHaveCount(0);
  const newest = await entries(page).first().textContent();
  await page.getByRole("link", { name: "Older" }).press("Enter");
  await expect(page).toHaveURL(/before=\d+/);
  await expect(entries(page)).not.toHaveCount(50);
  await expect(page.getByRole("link", { name: "Older" })).toHaveCount(0);
  await expect(entries(page).last()).toContainText("user.create");
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(entries(page).first()).toHaveText(newest ?? "");
});

test("viewers are refused, on the page and at the exports", async ({ page, newPerson, enterAs, axe, allowConsole }) => {
  allowConsole(/status of 403/);
  const ada = await newPerson();
  const viewer = await ada.invited(`vera-of-${ada.email}`, "viewer");
  await enterAs(page, viewer, "/settings/audit");
  await expect(page.getByRole("main").locator(".alert")).toBeVisible();
  await expect(page.getByRole("link", { name: "Export CSV" })).toHaveCount(0);
  await axe(page);
  for (const kind of ["csv", "ndjson"]) {
    const answer = await page.request.get(`/settings/audit/export.${kind}`);
    expect(answer.status()).toBe(403);
  }
});
