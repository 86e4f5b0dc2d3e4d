//! The HTML document around every page.

use http::request::Parts;
use leptos::tachys::html::InertElement;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, bundles::bundle};

/// The whole document. Scripts carry the nonce of the answer; there are no styles but those of the stylesheet.
pub fn shell(mut options: LeptosOptions) -> impl IntoView {
    let css = options.css_path();
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    options.output_name = bundle(&path).into();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#1a1f25" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=css />
                {scripts(options)}
                <MetaTags />
            </head>
            <body>
                <a class="skip-link" href="#main">
                    "Skip to content"
                </a>
                <App />
            </body>
        </html>
    }
    .into_any()
}

/// What wakes the islands. Leptos writes the nonce into `crossorigin` too, where it means nothing and is only one more
/// place to read it from.
fn scripts(options: LeptosOptions) -> impl IntoView {
    let mut html = view! { <HydrationScripts options islands=true /> }.to_html();
    if let Some(nonce) = use_nonce() {
        html = html.replace(&format!("crossorigin=\"{nonce}\""), "crossorigin");
    }
    InertElement::new(html)
}
