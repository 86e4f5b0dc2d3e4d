//! The result of a form that was submitted without WASM.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::forms;

/// The flash message that the previous page left, if any.
#[component]
pub fn FlashAlert() -> impl IntoView {
    forms::take_flash_message().map(|message| {
        let (class, role, glyph) = if message.done {
            ("alert success", "status", Glyph::CircleCheck)
        } else {
            ("alert danger", "alert", Glyph::CircleAlert)
        };
        view! {
            <div class=class role=role>
                <Icon glyph />
                <p>{message.text}</p>
            </div>
        }
    })
}
