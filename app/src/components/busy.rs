//! A spinner for slow operations.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A spinner while `when` holds. The stylesheet shows it after 300 ms only, so that quick operations do not flicker.
#[component]
pub fn Busy(#[prop(into)] when: Signal<bool>) -> impl IntoView {
    move || {
        when.get().then(|| {
            view! {
                <span class="busy">
                    <Icon glyph=Glyph::LoaderCircle class="spin" />
                </span>
            }
        })
    }
}
