//! What became of a form that was sent without WASM.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::forms;

/// The text that the page before left, if it left one.
#[component]
pub fn TellTale() -> impl IntoView {
    forms::told().map(|told| {
        let (class, role, glyph) = if told.done {
            ("alert success", "status", Glyph::CircleCheck)
        } else {
            ("alert danger", "alert", Glyph::CircleAlert)
        };
        view! {
            <div class=class role=role>
                <Icon glyph />
                <p>{told.text}</p>
            </div>
        }
    })
}
