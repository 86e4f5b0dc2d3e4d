// More contrast, and paper.

import { AxeBuilder } from "@axe-core/playwright";

import { expect, test } from "../fixtures.ts";
import { TokenList } from "../steps/tokens.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`who asks for more contrast gets 7 : 1 for every text, ${colorScheme}`, async ({ page, enter, open, owner }) => {
    await owner.token("Deploy", { expiresAt: "2099-12-31" });
    await owner.expiredToken("Old");
    await page.emulateMedia({ contrast: "more", colorScheme });
    await enter(page);
    for (const path of ["/", "/settings/tokens", "/settings/security", "/settings/audit", "/docs/api"]) {
      await open(page, path);
      const { violations } = await new AxeBuilder({ page }).withRules(["color-contrast-enhanced"]).analyze();
      const found = violations.flatMap(({ nodes }) => nodes.map((node) => `${path} ${node.html} ${node.failureSummary}`));
      expect(found).toEqual([]);
    }
  });
}

test("on paper there is what is written, in black on white, and nothing to press", async ({ page, enter, owner }) => {
  await owner.token("Deploy");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await enter(page, "/settings/tokens");
  const list = new TokenList(page);
  await expect(list.row("Deploy")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Access Tokens" })).toBeVisible();
  for (const part of [page.getByRole("banner"), list.search, page.getByRole("toolbar"), list.selectAll]) await expect(part).toBeHidden();
  const paper = await page.evaluate(() => {
    const { backgroundColor, color } = getComputedStyle(document.body);
    return { color, background: [getComputedStyle(document.documentElement).backgroundColor, backgroundColor] };
  });
  expect(paper.color).toBe("rgb(0, 0, 0)");
  expect(paper.background).toContain("rgb(255, 255, 255)");
});
