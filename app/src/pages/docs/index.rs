use keyrack_domain::types::methods::MethodDoc;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    calling::{Calling, Codes},
    grouping::{by_class, methods, short_name},
    public::Public,
};
use crate::{format::count, layout::Section};

/// `/docs/api`: how to call, and all classes with their methods.
#[component]
pub fn IndexPage() -> impl IntoView {
    view! {
        <Title text="API docs" />
        <Public section=Section::Docs>
            <div class="docs">
                <div class="page-head">
                    <h1>"API docs"</h1>
                </div>
                <Calling />
                <Classes />
                <Codes />
            </div>
        </Public>
    }
}

#[component]
fn Classes() -> impl IntoView {
    let methods = methods();
    let classes = by_class(&methods);
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
                    <span class="muted">{method.info.summary.clone()}</span>
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
