//! The page for what went wrong on our side.

use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    components::icon::{Glyph, Icon},
    layout::{Chrome, Section, status},
};

/// Says why a page cannot be shown now, with status 503. Needs nothing that may have failed itself.
#[component]
pub fn ErrorPage(message: String) -> impl IntoView {
    status(StatusCode::SERVICE_UNAVAILABLE);
    view! {
        <Title text="Not available" />
        <Chrome section=Section::Other viewer=None>
            <div class="message-page">
                <h1>"This page cannot be shown right now"</h1>
                <p class="muted">{message}</p>
                <p>
                    // An empty address is the page itself.
                    <a class="button" href="">
                        "Try again"
                    </a>
                </p>
            </div>
        </Chrome>
    }
}

/// The same beneath a page's heading, when only its contents cannot be had.
#[component]
pub fn Message(text: String) -> impl IntoView {
    status(StatusCode::SERVICE_UNAVAILABLE);
    view! {
        <div class="alert danger" role="alert">
            <Icon glyph=Glyph::CircleAlert />
            <p>{text} " " <a href="">"Try again"</a></p>
        </div>
    }
}
