//! The keyboard in the grid.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use super::super::removal::remove_selected;
use super::super::state::{Page, row_id};
use crate::components::browser;
use crate::components::selection::Held;

/// What takes clicks itself: the list of methods, and the cell of the checkbox as a whole, because fingers are not exact.
const FOR_CLICKS: &str = ".tip-anchor, .cell-select";

/// A double click on a row.
pub(super) fn opened(page: Page, event: &MouseEvent) {
    if !is_within(event, FOR_CLICKS) {
        page.edit_selected();
    }
}

/// A click on a row.
pub(super) fn clicked(page: Page, id: i64, event: &MouseEvent) {
    if is_within(event, FOR_CLICKS) {
        return;
    }
    let order = page.order();
    let held = Held { ctrl: event.ctrl_key() || event.meta_key(), shift: event.shift_key() };
    page.selection.update(|selection| selection.click(&order, id, held));
    browser::focus(&row_id(id));
}

/// The checkbox of a row was pressed. Shift extends from where the last single choice was.
pub(super) fn checked(page: Page, id: i64, event: &MouseEvent) {
    let order = page.order();
    page.selection.update(|selection| selection.check(&order, id, event_target_checked(event), event.shift_key()));
}

/// A key on a row.
pub(super) fn pressed(page: Page, event: &KeyboardEvent) {
    if event.alt_key() || is_for_control(event) {
        return;
    }
    let order = page.order();
    let held = Held { ctrl: event.ctrl_key() || event.meta_key(), shift: event.shift_key() };
    let Some(at) = page.selection.read_untracked().tab_stop(&order) else { return };
    // A key that acts on the selection acts on the focused row when nothing is selected.
    let with_selection = |action: fn(Page)| {
        if page.selection.read_untracked().is_empty() {
            page.selection.update(|selection| selection.only(at));
        }
        action(page);
    };
    match (event.key().as_str(), held.ctrl) {
        (" ", _) => page.selection.update(|selection| selection.toggle(at)),
        ("a" | "A", true) => page.selection.update(|selection| selection.all(&order)),
        ("Enter", false) => with_selection(Page::edit_selected),
        ("Delete", false) => with_selection(remove_selected),
        (key, _) => {
            let moved = page.selection.try_update(|selection| selection.go(&order, key, held)).flatten();
            let Some(id) = moved else { return };
            browser::focus(&row_id(id));
        }
    }
    event.prevent_default();
}

/// Whether a button, a list of methods or a checkbox in the row takes the key itself.
fn is_for_control(event: &KeyboardEvent) -> bool {
    is_within(event, "button, .tip") || (event.key() == " " && is_within(event, "input"))
}

fn is_within(event: &Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.and_then(|element| element.closest(selector).ok().flatten()).is_some()
}
