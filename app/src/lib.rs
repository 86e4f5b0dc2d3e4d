//! Placeholder page that proves the pipeline.

use leptos::prelude::*;
use leptos_meta::MetaTags;
use leptos_router::{components::*, path};

pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=options.css_path() />
                <title>"Keyrack"</title>
                <HydrationScripts options islands=true />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

#[component]
pub fn App() -> impl IntoView {
    leptos_meta::provide_meta_context();
    view! {
        <Router>
            <main>
                <Routes fallback=|| "Not found">
                    <Route path=path!("/") view=Home />
                </Routes>
            </main>
        </Router>
    }
}

#[component]
fn Home() -> impl IntoView {
    view! {
        <h1>"Keyrack"</h1>
        <Counter start=3 />
    }
}

#[island]
fn Counter(start: i32) -> impl IntoView {
    let (count, set_count) = signal(start);
    view! { <button on:click=move |_| *set_count.write() += 1>{count}</button> }
}
