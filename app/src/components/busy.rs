//! A wheel for what takes its time.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// A turning wheel while `when` holds. The stylesheet shows it after 300 ms only: what is quick does not flicker.
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
