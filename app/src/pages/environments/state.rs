use std::collections::BTreeSet;

use keyrack_types::environments::Overview;
use leptos::prelude::*;

/// What the parts of the board share.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub overview: RwSignal<Overview>,
    /// The last look at the server failed: what is shown may be old.
    pub out_of_reach: RwSignal<bool>,
    /// What was begun last, for those who listen.
    pub begun: RwSignal<String>,
    /// Environments for which an action is on its way to the server.
    pub busy: RwSignal<BTreeSet<String>>,
}
