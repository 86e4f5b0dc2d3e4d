//! The WASM entry. In islands mode only the islands' code is in the module; this wakes them.

use std::time::Duration;

// Links the app, whose islands are exported from this module and found by name.
use keyrack_app as _;
use leptos::prelude::{document, set_timeout};

/// Called by the script of Leptos's `HydrationScripts`, which right after it wakes one island after the other.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    // Waking them ends before the browser's next task. The mark lets tests (and nothing else) wait for that.
    let mark = || {
        if let Some(html) = document().document_element() {
            _ = html.set_attribute("data-hydrated", "");
        }
    };
    set_timeout(mark, Duration::ZERO);
}
