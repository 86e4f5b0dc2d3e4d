use keyrack_types::methods::{ApiSet, MethodDoc, ParamDoc};
use leptos::prelude::*;

use super::text::with_code;
use super::{calling::CodeTable, curl::curl, grouping::short_name};
use crate::request_context;

/// One method: what it takes, what it answers, and a line that calls it.
#[component]
pub(super) fn Method(method: MethodDoc) -> impl IntoView {
    let short = short_name(&method).to_owned();
    let (id, title, href) = (short.clone(), format!("{short}-title"), format!("#{short}"));
    let labelled_by = title.clone();
    let curl = curl(&request_context::origin(), &method);
    let verb = if method.post_only { "POST" } else { "GET or POST" };
    let open_to = match (method.public, method.token_callable) {
        (true, _) => "Needs no credential.",
        (false, true) => "Open to sessions, and to tokens that hold it.",
        (false, false) => "Open to sessions only, which Signin opens: no token may hold it.",
    };
    // Extended Access holds whatever a token may carry, so declarations do not list it.
    let extended = method.token_callable.then_some(ApiSet::ExtendedAccess);
    let sets = extended
        .iter()
        .chain(&method.info.sets)
        .map(|set| view! { <span class="badge accent">{set.name()}</span> " " })
        .collect_view();
    view! {
        <section class="docs-method" id=id aria-labelledby=labelled_by>
            <h2 id=title>
                <a href=href>
                    <code>{short}</code>
                </a>
            </h2>
            <p>{with_code(&method.info.summary)}</p>
            <p class="docs-address">
                <span class="badge">{verb}</span>
                " "
                <code>{method.path}</code>
            </p>
            <p class="muted small">{open_to} " " {sets}</p>
            <h3>"Parameters"</h3>
            <Parameters params=method.params />
            <h3>"Call"</h3>
            <pre>
                <code>{curl}</code>
            </pre>
            <h3>"Answer"</h3>
            <pre>
                <code>{method.answer}</code>
            </pre>
            {(!method.codes.is_empty())
                .then(|| view! {
                    <h3>"Result codes"</h3>
                    <CodeTable codes=method.codes />
                })}
        </section>
    }
}

#[component]
fn Parameters(params: Vec<ParamDoc>) -> impl IntoView {
    if params.is_empty() {
        return view! { <p class="muted">"None."</p> }.into_any();
    }
    let rows = params
        .into_iter()
        .map(|param| {
            view! {
                <tr>
                    <th scope="row">
                        <code>{param.name}</code>
                    </th>
                    <td>{param.kind}</td>
                    <td>{if param.required { "required" } else { "optional" }}</td>
                    <td>
                        {with_code(&param.help)}
                        {(!param.example.is_empty()).then(|| view! { " Example: " <code>{param.example}</code> })}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="docs-scroll" tabindex="0" role="group" aria-label="Parameters">
            <table class="docs-table">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Needed"</th>
                        <th scope="col">"Meaning"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
