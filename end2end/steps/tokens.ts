// The Access Tokens page by its names, as people and screen readers know them.

import { type Locator, type Page, expect } from "@playwright/test";

export type DialogName = "Generate Access Token" | "Edit Access Token" | "Copy Access Token";

/** The list and its toolbar. */
export class TokenList {
  constructor(readonly page: Page) {}

  get grid(): Locator {
    return this.page.getByRole("grid", { name: "Access Tokens" });
  }

  /** All rows but the headings. */
  get rows(): Locator {
    return this.grid.getByRole("row").filter({ has: this.page.getByRole("gridcell") });
  }

  get selected(): Locator {
    return this.grid.getByRole("row", { selected: true });
  }

  row(description: string): Locator {
    return this.rows.filter({ has: this.page.locator("td.cell-description").getByText(description, { exact: true }) });
  }

  /** The description of each row, from top to bottom. */
  get descriptions(): Locator {
    return this.rows.locator("td.cell-description");
  }

  /** The cells of a row from Description on, without the checkbox. */
  cells(description: string): Locator {
    return this.row(description).locator("td:not(.cell-select)");
  }

  checkbox(description: string): Locator {
    return this.grid.getByRole("checkbox", { name: `Select ${description}`, exact: true });
  }

  get selectAll(): Locator {
    return this.grid.getByRole("checkbox", { name: "Select all" });
  }

  get search(): Locator {
    return this.page.getByRole("searchbox", { name: "Search tokens" });
  }

  get show(): Locator {
    return this.page.getByRole("combobox", { name: "Show" });
  }

  button(name: "Generate" | "Edit" | "Copy" | "Remove" | "Refresh"): Locator {
    return this.page.getByRole("toolbar", { name: "Access tokens" }).getByRole("button", { name, exact: true });
  }

  get count(): Locator {
    return this.page.getByRole("status").filter({ hasText: / of \d+ tokens/ });
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator(".toast").filter({ hasText: text });
  }

  async generate(): Promise<TokenDialog> {
    await this.button("Generate").click();
    return this.dialog("Generate Access Token");
  }

  async edit(description: string): Promise<TokenDialog> {
    await this.cells(description).first().click();
    await this.button("Edit").click();
    return this.dialog("Edit Access Token");
  }

  async copy(description: string): Promise<TokenDialog> {
    await this.cells(description).first().click();
    await this.button("Copy").click();
    return this.dialog("Copy Access Token");
  }

  async dialog(name: DialogName): Promise<TokenDialog> {
    const dialog = new TokenDialog(this.page, name);
    await expect(dialog.root).toBeVisible();
    return dialog;
  }
}

/** Generate, Edit or Copy Access Token. */
export class TokenDialog {
  constructor(
    readonly page: Page,
    readonly name: DialogName,
  ) {}

  get root(): Locator {
    return this.page.getByRole("dialog", { name: this.name });
  }

  get description(): Locator {
    return this.root.getByRole("textbox", { name: "Description" });
  }

  get expires(): Locator {
    return this.root.getByRole("textbox", { name: "Expires At" });
  }

  get api(): Locator {
    return this.root.getByRole("combobox", { name: "API" });
  }

  get search(): Locator {
    return this.root.getByRole("searchbox", { name: "Search methods" });
  }

  get onlyChecked(): Locator {
    return this.root.getByRole("button", { name: "Only Checked" });
  }

  get tree(): Locator {
    return this.root.getByRole("tree");
  }

  /** Lines of methods, without services and classes. */
  get methods(): Locator {
    return this.tree.locator("[role=treeitem][aria-level='4']");
  }

  /** How many are ticked and match. */
  get status(): Locator {
    return this.root.getByRole("status");
  }

  /** A line of the tree by its own part of the name: `environment`, `control`, `StopEnv`. */
  item(name: string): Locator {
    return this.tree.getByRole("treeitem", { name, exact: true });
  }

  button(name: "Cancel" | "Generate" | "Apply" | "Regenerate token" | "Load the current state" | "Keep my draft"): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  /** What stands beside a field as its error, read the way a screen reader does. */
  async expectError(field: Locator, text: string | RegExp): Promise<void> {
    await expect(field).toHaveAccessibleDescription(typeof text === "string" ? new RegExp(escape(text)) : text);
  }

  /** Sends the form and waits for the question about the password. */
  async submit(): Promise<Confirm> {
    await this.button(this.name === "Edit Access Token" ? "Apply" : "Generate").click();
    const confirm = new Confirm(this.page);
    await expect(confirm.root).toBeVisible();
    return confirm;
  }
}

/** Confirm with password. */
export class Confirm {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.getByRole("dialog", { name: "Confirm with password" });
  }

  get password(): Locator {
    return this.root.getByRole("textbox", { name: "Password" });
  }

  get lines(): Locator {
    return this.root.getByRole("listitem");
  }

  button(name: "Cancel" | "Continue"): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  async with(password: string): Promise<void> {
    await this.password.fill(password);
    await this.button("Continue").click();
  }
}

/** Save Access Token. */
export class Save {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.getByRole("dialog", { name: "Save Access Token" });
  }

  get value(): Locator {
    return this.root.getByRole("textbox", { name: "Access token" });
  }

  get saved(): Locator {
    return this.root.getByRole("checkbox", { name: "I've saved the data" });
  }

  button(name: "Download" | "Copy" | "Done"): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  /** The secret, which has the form that the docs promise. */
  async secret(): Promise<string> {
    await expect(this.value).toHaveValue(/^krp_[0-9A-Za-z]{38}$/);
    return this.value.inputValue();
  }

  /** Takes the secret and closes the dialog. */
  async take(): Promise<string> {
    const secret = await this.secret();
    await this.saved.check();
    await this.button("Done").click();
    await expect(this.root).toBeHidden();
    return secret;
  }
}

/** Remove Access Tokens. */
export class Remove {
  constructor(readonly page: Page) {}

  get root(): Locator {
    return this.page.getByRole("dialog", { name: "Remove Access Tokens" });
  }

  get tokens(): Locator {
    return this.root.getByRole("list", { name: "Tokens to remove" }).getByRole("listitem");
  }

  get password(): Locator {
    return this.root.getByRole("textbox", { name: "Password" });
  }

  button(name: "Cancel" | "Remove"): Locator {
    return this.root.getByRole("button", { name, exact: true });
  }

  async with(password: string): Promise<void> {
    await this.password.fill(password);
    await this.button("Remove").click();
  }
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
