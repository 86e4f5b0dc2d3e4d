// The dashboard: what runs, and the means to start and stop it.

import { expect, test } from "../fixtures.ts";

const NODES = JSON.stringify([{ nodeGroup: "cp", docker: { image: "keyrack/web:2" } }]);

/** A node that takes its time to end. */
const SLOW = JSON.stringify([
  { nodeGroup: "cp", docker: { image: "keyrack/web" }, cmd: "trap 'sleep 5; exit 0' TERM; while :; do sleep 0.05; done" },
]);

test.use({ ownServer: true });

test("an environment is a row with everything about it", async ({ page, enter, axe }) => {
  await enter(page);
  const row = page.getByRole("row", { name: /my-project/ });
  await expect(row).toContainText("Running");
  await expect(row.getByRole("cell").nth(1)).toContainText("cp 1 node keyrack/web:latest");
  await expect(row.getByRole("link")).toHaveAttribute("href", /^http:\/\/127\.0\.0\.1:\d+/);
  // What cannot be done now is still there, and says why.
  const start = row.getByRole("button", { name: "Start my-project", exact: true });
  await expect(start).toHaveAttribute("aria-disabled", "true");
  await expect(start).toHaveAttribute("title", "It runs already.");
  await expect(row.getByRole("button", { name: "Stop my-project", exact: true })).not.toHaveAttribute("aria-disabled");
  await expect(page.getByRole("table", { name: "Environments" })).toMatchAriaSnapshot({ name: "environments.aria.yml" });
  await axe(page);
});

test("Stop, Start and Restart show their way and their outcome", async ({ page, enter, axe, owner }) => {
  await owner.call("environment.control.CreateEnvironment", { env: '{"shortdomain":"slow"}', nodes: SLOW });
  await enter(page);
  const row = page.getByRole("row", { name: /slow/ });
  const task = page.getByRole("complementary", { name: "Tasks" }).getByRole("listitem").first();
  const stop = row.getByRole("button", { name: "Stop slow", exact: true });
  await expect(row).toContainText("Running");
  await stop.click();
  await expect(row).toContainText("Stopping…");
  await expect(task).toContainText("Stopping slow running");
  await expect(stop, "the keyboard stays where it was").toBeFocused();
  await expect(stop).toHaveAttribute("title", "Wait until it is done (Stopping).");
  await axe(page);
  await expect(row).toContainText("Stopped");
  await expect(task).toContainText("Stopping slow done");
  await expect(page.locator(".toast")).toHaveText("slow is stopped.");
  await expect(stop).toHaveAttribute("title", "It is stopped already.");
  await axe(page);

  await row.getByRole("button", { name: "Start slow", exact: true }).click();
  await expect(row).toContainText("Launching…");
  await expect(row).toContainText("Running");
  await expect(task).toContainText("Starting slow done");

  await row.getByRole("button", { name: "Restart slow", exact: true }).click();
  await expect(task).toContainText("Restarting slow done", { timeout: 30_000 });
  await expect(row).toContainText("Running");
});

test("what scripts make, rename and delete comes and goes by itself", async ({ page, enter, owner }) => {
  await enter(page);
  await expect(page.getByRole("row", { name: /my-project/ })).toContainText("Running");
  await owner.call("environment.control.CreateEnvironment", { env: '{"shortdomain":"shop"}', nodes: NODES });
  const row = page.getByRole("row", { name: /shop/ });
  await expect(row).toContainText("Running", { timeout: 30_000 });
  await owner.call("environment.control.SetEnvDisplayName", { envName: "shop", displayName: "The shop" });
  await owner.call("environment.control.SleepEnv", { envName: "shop" });
  await expect(row).toContainText("Sleeping", { timeout: 30_000 });
  await expect(row.getByRole("rowheader")).toContainText("The shop");
  await row.getByRole("button", { name: "Start shop", exact: true }).click();
  await expect(row).toContainText("Running");
  await owner.call("environment.control.DeleteEnv", { envName: "shop", password: "x" });
  await expect(row).toBeHidden({ timeout: 30_000 });
});

test("a broken environment shows the last lines of its log", async ({ page, enter, owner, api, server, axe }) => {
  const { session } = await api("users.authentication.Signin", { login: server.email, password: server.password });
  const nodes = JSON.stringify([{ docker: { image: "keyrack/web" }, cmd: "echo out of luck; exit 3" }]);
  const env = { env: '{"shortdomain":"unlucky"}', nodes };
  expect(await api("environment.control.CreateEnvironment", env, String(session))).toMatchObject({ result: 4081 });
  await enter(page);
  const row = page.getByRole("row", { name: /unlucky/ });
  await expect(row).toContainText("Broken");
  await row.getByText("Last lines of its log").click();
  await expect(row.getByText("out of luck")).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Tasks" })).toContainText("failed");
  await axe(page);
  await owner.call("environment.control.DeleteEnv", { envName: "unlucky", password: "x" });
});

test("an empty list teaches the first step", async ({ page, enter, owner, server, axe }) => {
  await owner.call("environment.control.DeleteEnv", { envName: "my-project", password: "x" });
  await enter(page);
  await expect(page.getByRole("heading", { name: "No environments yet" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(`curl "${server.url}/1.0/environment/control/rest/createenvironment"`);
  await axe(page);
  await page.getByRole("link", { name: "Get a token" }).click();
  await expect(page).toHaveURL("/settings/tokens");
});

test("a server that does not answer is told, and found again", async ({ page, enter, server, allowConsole }) => {
  allowConsole(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET/);
  await enter(page);
  await expect(page.getByRole("row", { name: /my-project/ })).toContainText("Running");
  await server.stop();
  const told = page.getByText("Keyrack does not answer. What is shown here may be old");
  await expect(told).toBeVisible({ timeout: 30_000 });
  await server.start();
  await expect(told).toBeHidden({ timeout: 30_000 });
  await expect(page.getByRole("row", { name: /my-project/ })).toContainText("Running");
});

test("a session that ends while the dashboard is open leads to sign-in", async ({ page, enter, owner }) => {
  await enter(page);
  await owner.endBrowserSessions();
  await page.getByRole("button", { name: "Restart my-project", exact: true }).click();
  await expect(page).toHaveURL("/signin?ended=1", { timeout: 30_000 });
});
