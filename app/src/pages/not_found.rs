//! The page for addresses that lead nowhere.

use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::layout::{Section, status};
use crate::pages::docs::Public;

/// Says that there is no such page, with status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    status(StatusCode::NOT_FOUND);
    view! {
        <Title text="Page not found" />
        <Public section=Section::Other>
            <div class="message-page">
                <h1>"Page not found"</h1>
                <p class="muted">
                    "There is nothing at this address. It may have been mistyped, or what stood here was removed."
                </p>
                <p>
                    <a class="button" href="/">
                        "Go to Environments"
                    </a>
                </p>
            </div>
        </Public>
    }
}
