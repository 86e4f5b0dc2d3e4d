use keyrack_types::methods::{MethodDoc, Search};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::text::with_code;
use super::{
    calling::{Calling, Codes},
    grouping::{by_class, methods, short_name},
    public::Public,
};
use crate::{
    components::icon::{Glyph, Icon},
    format::count,
    layout::Section,
};

/// `/docs/api`: how to call, and all classes with their methods. `?q=` shows the methods that it finds instead.
#[component]
pub fn IndexPage() -> impl IntoView {
    let asked = use_query_map().read_untracked().get("q").unwrap_or_default();
    let asked = asked.trim().to_owned();
    let methods = methods();
    let body = if asked.is_empty() {
        view! {
            <Calling />
            <Classes methods=&methods />
            <Codes methods=&methods />
        }
        .into_any()
    } else {
        view! { <Found methods=&methods asked=asked.clone() /> }.into_any()
    };
    view! {
        <Title text="API docs" />
        <Public section=Section::Docs>
            <div class="docs">
                <div class="page-head">
                    <h1>"API docs"</h1>
                </div>
                <Search asked />
                {body}
            </div>
        </Public>
    }
}

/// A form of its own, so that it works without scripts.
#[component]
pub(super) fn Search(asked: String) -> impl IntoView {
    view! {
        <form class="docs-search" method="get" action="/docs/api" role="search" aria-label="Methods">
            <div class="input-group leading">
                <Icon glyph=Glyph::Search />
                <input
                    class="input"
                    type="search"
                    name="q"
                    aria-label="Search methods"
                    placeholder="Search, e.g. StopEnv"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="100"
                    value=asked
                />
            </div>
            <button class="button" type="submit">
                "Search"
            </button>
        </form>
    }
}

#[component]
fn Classes<'a>(methods: &'a [MethodDoc]) -> impl IntoView + use<> {
    let classes = by_class(methods);
    view! {
        <section aria-labelledby="methods">
            <h2 id="methods">"Methods"</h2>
            <p class="muted">
                {format!(
                    "{} in {}. A token opens exactly those that were ticked for it.",
                    count(methods.len(), "method", "methods"),
                    count(classes.len(), "class", "classes"),
                )}
            </p>
            <div class="docs-classes">
                {classes.iter().map(|(class, methods)| view! { <Class class=*class methods /> }).collect_view()}
            </div>
        </section>
    }
}

/// What a search found, over all classes.
#[component]
fn Found<'a>(methods: &'a [MethodDoc], asked: String) -> impl IntoView + use<> {
    let search = Search::new(&asked);
    let found: Vec<_> = methods.iter().filter(|method| search.finds(&method.info.search_text())).cloned().collect();
    let classes = by_class(&found);
    view! {
        <section aria-labelledby="methods">
            <h2 id="methods">"Methods"</h2>
            <p class="muted" role="status">
                {match found.len() {
                    0 => format!("No method is called or does “{asked}”. "),
                    some => format!("{} for “{asked}”. ", count(some, "method", "methods")),
                }} <a href="/docs/api">"Show all"</a>
            </p>
            <div class="docs-classes">
                {classes.iter().map(|(class, methods)| view! { <Class class=*class methods /> }).collect_view()}
            </div>
        </section>
    }
}

#[component]
fn Class<'a>(class: &'a str, methods: &'a [&'a MethodDoc]) -> impl IntoView + use<> {
    let address = format!("/docs/api/{class}");
    let rows = methods
        .iter()
        .map(|method| {
            let short = short_name(method).to_owned();
            let href = format!("{address}#{short}");
            view! {
                <li>
                    <a href=href>
                        <code>{short}</code>
                    </a>
                    " "
                    <span class="muted">{with_code(&method.info.summary)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel block">
            <h3>
                <a href=address.clone()>
                    <code>{class.to_owned()}</code>
                </a>
            </h3>
            <ul role="list">{rows}</ul>
        </section>
    }
}
