// Small windows, the dark, and little motion.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Page } from "@playwright/test";

import { expect, test } from "../fixtures.ts";
import type { Owner } from "../steps/owner.ts";
import { expectInReach, expectToFit } from "../steps/looks.ts";
import { Confirm, Remove, Save, TokenList } from "../steps/tokens.ts";

/** Not for who is signed in, or no page of its own; `people-looks.spec.ts` looks at the former. */
const ELSEWHERE = ["/signin", "/signin/second", "/invite", "/settings"];

/** Every other page, from the app's own routes. */
const PAGES = [...readFileSync(resolve(import.meta.dirname, "../../app/src/app.rs"), "utf8").matchAll(/path!\("([^"]+)"\)/g)]
  .map(([, path]) => path!.replace(":class", "environment.tracking"))
  .filter((path) => !ELSEWHERE.includes(path));

const LONG = "A description that goes on and on without a single break: " + "x".repeat(180);

/** Every dialog of the tokens page, one after the other. */
async function throughAllDialogs(page: Page, owner: Owner, look: (what: string) => Promise<void>): Promise<void> {
  const password = owner.server.password;
  const list = new TokenList(page);
  const dialog = await list.generate();
  await dialog.button("Generate").click();
  await expect(dialog.search).toBeFocused();
  await look("generate, refused");
  await dialog.root.getByRole("button", { name: "Choose a day" }).click();
  await expect(page.getByRole("dialog", { name: "Calendar" })).toBeVisible();
  await look("calendar");
  await page.keyboard.press("Escape");
  await dialog.search.fill("env");
  await dialog.item("StopEnv").click();
  await look("generate, searched");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Discard the draft?" })).toBeVisible();
  await look("discard");
  await page.keyboard.press("Escape");
  const confirm = await dialog.submit();
  await confirm.with("wrong");
  await expect(confirm.root.getByRole("alert")).toBeVisible();
  await look("confirm, refused");
  await confirm.with(password);
  const save = new Save(page);
  await save.secret();
  await look("save");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Close without saving?" })).toBeVisible();
  await look("close without saving");
  await page.keyboard.press("Escape");
  await save.saved.check();
  await save.button("Done").click();
  await expect(page.locator(".toast")).toBeVisible();
  await look("toast");
  const edit = await list.edit("Custom");
  await look("edit");
  await edit.button("Regenerate token").click();
  await expect(new Confirm(page).root).toBeVisible();
  await look("regenerate");
  await page.keyboard.press("Escape");
  await edit.button("Cancel").click();
  await list.button("Remove").click();
  await expect(new Remove(page).root).toBeVisible();
  await look("remove");
  await new Remove(page).button("Cancel").click();
}

test.describe("a window of 320 pixels", () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test("holds every page", async ({ page, enter, open, owner, axe }) => {
    await owner.token(LONG.slice(0, 255));
    await owner.expiredToken("Old");
    await open(page, "/signin");
    await expectToFit(page);
    await enter(page);
    for (const path of PAGES) {
      await open(page, path);
      await expectToFit(page);
      // The docs are long, and small windows change nothing of their structure.
      if (!path.startsWith("/docs")) await axe(page);
    }
  });

  test("holds every dialog, with its buttons in reach", async ({ page, enter, owner }) => {
    await owner.token(LONG.slice(0, 255));
    await enter(page, "/settings/tokens");
    await throughAllDialogs(page, owner, async (what) => {
      await expectToFit(page);
      await expectInReach(page, what);
    });
  });

  test("lets the whole way be gone by touch-sized steps", async ({ page, enter, server, owner }) => {
    await enter(page);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.locator("html[data-hydrated]").waitFor();
    const list = new TokenList(page);
    const dialog = await list.generate();
    await dialog.search.fill("stopenv");
    await dialog.item("StopEnv").click();
    await (await dialog.submit()).with(server.password);
    await new Save(page).take();
    await expect(list.row("Custom")).toBeInViewport();
    expect(await owner.descriptions()).toEqual(["Custom"]);
  });
});

test.describe("the dark", () => {
  test.use({ colorScheme: "dark" });

  test("has enough contrast on every page", async ({ page, enter, open, owner, axe }) => {
    await owner.token("Deploy");
    await owner.expiredToken("Old");
    await open(page, "/signin");
    await expectDark(page);
    await axe(page);
    await enter(page);
    for (const path of PAGES) {
      await open(page, path);
      await axe(page);
    }
  });

  test("has enough contrast in every dialog", async ({ page, enter, owner, axe }) => {
    await owner.token("Deploy");
    await enter(page, "/settings/tokens");
    // Only what has colours of its own: the rest is made of the same parts.
    const looks = ["generate, refused", "calendar", "generate, searched", "confirm, refused", "save", "toast", "remove"];
    await throughAllDialogs(page, owner, async (what) => {
      if (looks.includes(what)) await axe(page);
    });
  });

  /** Dark is dark, and not what the light scheme shows. */
  async function expectDark(page: Page): Promise<void> {
    const read = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await read();
    const sum = (dark.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, channel) => sum + Number(channel), 0);
    expect(sum, dark).toBeLessThan(150);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await read()).not.toBe(dark);
    await page.emulateMedia({ colorScheme: "dark" });
  }
});

test.describe("little motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("is honoured: nothing moves for long", async ({ page, enter, owner }) => {
    await owner.token("Deploy");
    await enter(page, "/settings/tokens");
    const longest = () =>
      page.evaluate(() =>
        Math.max(0, ...document.getAnimations().map((animation) => Number(animation.effect?.getComputedTiming().duration) || 0)),
      );
    const list = new TokenList(page);
    const dialog = await list.generate();
    expect(await longest()).toBeLessThanOrEqual(1);
    await dialog.api.selectOption("Marketplace");
    await dialog.submit();
    expect(await longest()).toBeLessThanOrEqual(1);
    const declared = await page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .flatMap((element) => getComputedStyle(element).transitionDuration.split(","))
        .map((text) => parseFloat(text) * (text.trim().endsWith("ms") ? 1 : 1000)),
    );
    expect(Math.max(...declared)).toBeLessThanOrEqual(1);
  });
});

test("nothing jumps while a page wakes up", async ({ page, enter, owner }) => {
  await owner.token("Deploy");
  await enter(page);
  for (const path of PAGES) {
    await page.goto(path, { waitUntil: "commit" });
    await page.locator("html[data-hydrated]").waitFor();
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
        }),
    );
    expect(shift, path).toBeLessThan(0.01);
  }
});
