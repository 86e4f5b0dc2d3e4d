//! The state of the page, see "Pages" in `docs/architecture.md`.

use std::collections::BTreeSet;

use keyrack_types::environments::Overview;
use leptos::prelude::*;

/// The state of the page. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub overview: RwSignal<Overview>,
    /// The server did not answer the last request: what is shown may be old.
    pub unreachable: RwSignal<bool>,
    /// The operation that began last, for screen readers.
    pub announcement: RwSignal<String>,
    /// Environments for which an action is on its way to the server.
    pub busy: RwSignal<BTreeSet<String>>,
}

impl Page {
    /// The page as the server rendered it.
    pub fn new(overview: Overview) -> Page {
        Page {
            overview: RwSignal::new(overview),
            unreachable: RwSignal::new(false),
            announcement: RwSignal::default(),
            busy: RwSignal::default(),
        }
    }
}
