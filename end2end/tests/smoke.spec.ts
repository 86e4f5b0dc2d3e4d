import { expect, test } from "../fixtures.ts";

test("the sign-in page renders, wakes up and is accessible", async ({ page, open, axe }) => {
  await open(page, "/signin");
  await expect(page.getByRole("textbox", { name: "Email" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Password" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await axe(page);
});

test("the site's files are compressed and kept by the browser", async ({ page, open }) => {
  const answers = new Map<string, Record<string, string>>();
  page.on("response", (response) => answers.set(new URL(response.url()).pathname, response.headers()));
  await open(page, "/signin");
  for (const [kind, type] of [
    ["wasm", "application/wasm"],
    ["js", "text/javascript; charset=utf-8"],
    ["css", "text/css; charset=utf-8"],
  ] as const) {
    const [, headers] = [...answers].find(([path]) => path.endsWith(`/keyrack.${kind}`)) ?? [];
    expect(headers, kind).toMatchObject({ "content-type": type });
    expect(headers?.["cache-control"], kind).toContain("immutable");
    expect(headers?.["content-encoding"], kind).toMatch(/^(br|gzip)$/);
  }
});

test("every answer has its own nonce, and unknown pages are 404", async ({ request }) => {
  const nonces = new Set<string>();
  for (const path of ["/signin", "/signin", "/no-such-page"]) {
    const response = await request.get(path);
    expect(response.status()).toBe(path === "/signin" ? 200 : 404);
    const [, nonce] = /'nonce-([^']+)'/.exec(response.headers()["content-security-policy"] ?? "") ?? [];
    const html = await response.text();
    expect(html).toContain(`<script type="module" nonce="${nonce}"`);
    expect(html).not.toMatch(/<script(?![^>]* nonce=)/);
    nonces.add(nonce ?? "");
  }
  expect(nonces.size).toBe(3);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the sign-in page is there as well", async ({ page }) => {
    await page.goto("/signin");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  });
});
