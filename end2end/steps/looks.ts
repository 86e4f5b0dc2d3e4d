// What has to hold however small the window is.

import { type Page, expect } from "@playwright/test";

/** Nothing reaches over the edge of the window, where nobody would find it. */
export async function expectToFit(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolled = (element: Element): boolean => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")]
      .filter((element) => !element.closest(".visually-hidden, .skip-link, svg") && !scrolled(element))
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName} ${element.className} ${element.getBoundingClientRect().right}`);
    return document.documentElement.scrollWidth > width ? [`page ${document.documentElement.scrollWidth}`, ...wide] : wide;
  });
  expect(over, page.url()).toEqual([]);
}

/** The dialog on top lies inside of the window, and its last button can be brought into view and pressed there. */
export async function expectInReach(page: Page, what: string): Promise<void> {
  const dialogs = page.locator("dialog[open]");
  if ((await dialogs.count()) === 0) return;
  const top = dialogs.last();
  const [box, window] = [await top.boundingBox(), page.viewportSize()];
  expect(box!.x, what).toBeGreaterThanOrEqual(0);
  expect(box!.x + box!.width, what).toBeLessThanOrEqual(window!.width);
  expect(box!.y + box!.height, what).toBeLessThanOrEqual(window!.height);
  const last = top.getByRole("button").last();
  await last.scrollIntoViewIfNeeded();
  await expect(last, what).toBeInViewport({ ratio: 1 });
}
