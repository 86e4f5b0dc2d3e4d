//! The WASM entry. In islands mode only the islands' code is in the module; this wakes them.

// Links the app, whose islands are exported from this module and found by name.
use keyrack_app as _;

#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
