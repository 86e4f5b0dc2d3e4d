use leptos::prelude::*;

use super::filter::Asked;

/// The filters: a form that asks for the page anew.
#[component]
pub(super) fn Filters(asked: Asked) -> impl IntoView {
    let narrows = asked.narrows();
    let filter = asked.filter;
    view! {
        <form class="audit-filters" method="get" action="/settings/audit" role="search" aria-label="Filter entries">
            <Text name="person" label="Person" value=filter.person placeholder="ada@example.org" />
            <Text name="token" label="Token" value=filter.token placeholder="number or description" />
            <Text name="method" label="Method" value=filter.method placeholder="StopEnv" />
            <Text name="from" label="From" value=asked.from.0 placeholder="dd-mm-yyyy" error=asked.from.1 />
            <Text name="to" label="To" value=asked.to.0 placeholder="dd-mm-yyyy" error=asked.to.1 />
            <div class="audit-filter-actions">
                <button type="submit" class="button">
                    "Filter"
                </button>
                {narrows
                    .then(|| {
                        view! {
                            <a class="button quiet" href="/settings/audit">
                                "Clear"
                            </a>
                        }
                    })}
            </div>
        </form>
    }
}

#[component]
fn Text(
    name: &'static str,
    label: &'static str,
    value: String,
    placeholder: &'static str,
    #[prop(optional_no_strip)] error: Option<&'static str>,
) -> impl IntoView {
    let id = format!("audit-{name}");
    let note = format!("{id}-error");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                id=id
                name=name
                type="text"
                value=value
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                maxlength="200"
                aria-invalid=error.map(|_| "true")
                aria-describedby=error.map(|_| note.clone())
            />
            {error
                .map(|text| {
                    view! {
                        <p class="error" id=note.clone()>
                            {text}
                        </p>
                    }
                })}
        </div>
    }
}
