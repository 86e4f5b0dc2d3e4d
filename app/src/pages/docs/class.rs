use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    grouping::{by_class, methods, short_name},
    index::Search,
    method::Method,
    public::Public,
};
use crate::{layout::Section, pages::not_found::NotFoundPage};

/// `/docs/api/{service}.{class}`: every method of a class.
#[component]
pub fn ClassPage() -> impl IntoView {
    let class = use_params_map().read_untracked().get("class").unwrap_or_default();
    let methods = methods();
    let classes = by_class(&methods);
    let Some(members) = classes.get(class.as_str()) else { return view! { <NotFoundPage /> }.into_any() };
    let contents = members
        .iter()
        .map(|method| {
            let short = short_name(method).to_owned();
            let href = format!("#{short}");
            view! {
                <li>
                    <a href=href>
                        <code>{short}</code>
                    </a>
                </li>
            }
        })
        .collect_view();
    let all = classes
        .keys()
        .map(|name| {
            let href = format!("/docs/api/{name}");
            view! {
                <li>
                    <a href=href aria-current=(*name == class).then_some("page")>
                        <code>{(*name).to_owned()}</code>
                    </a>
                </li>
            }
        })
        .collect_view();
    let sections = members.iter().map(|method| view! { <Method method=(*method).clone() /> }).collect_view();
    view! {
        <Title text=class.clone() />
        <Public section=Section::Docs>
            <div class="docs docs-class">
                <div class="docs-contents">
                    <nav aria-label="API classes">
                        <a class="small" href="/docs/api">
                            "All classes"
                        </a>
                        <details>
                            <summary>
                                <code>{class.clone()}</code>
                            </summary>
                            <ul role="list">{all}</ul>
                        </details>
                    </nav>
                    <nav aria-label="Methods of this class">
                        <ul role="list">{contents}</ul>
                    </nav>
                </div>
                <div class="docs-methods">
                    <Search asked=String::new() />
                    <div class="page-head">
                        <h1>
                            <code>{class}</code>
                        </h1>
                    </div>
                    {sections}
                </div>
            </div>
        </Public>
    }
    .into_any()
}
