//! Search and Show. A form, so that they work without scripts.

use leptos::prelude::*;

use super::filter::Show;
use super::sorting::Sort;
use super::state::Page;
use crate::components::icon::{Glyph, Icon};

/// The fields above the list.
#[component]
pub(super) fn Find(page: Page) -> impl IntoView {
    let option = move |show: Show| {
        view! {
            <option value=show.key() selected=page.filter.read_untracked().show == show>
                {show.label()}
            </option>
        }
    };
    let filter = page.filter.get_untracked();
    view! {
        <form
            class="tokens-find"
            role="search"
            aria-label="Tokens"
            method="get"
            action="/settings/tokens"
            on:submit=|event| event.prevent_default()
        >
            <div class="input-group leading">
                <Icon glyph=Glyph::Search />
                <input
                    id="tokens-search"
                    class="input"
                    type="search"
                    name="search"
                    aria-label="Search tokens"
                    placeholder="Search, e.g. StopEnv"
                    autocomplete="off"
                    spellcheck="false"
                    value=filter.search
                    on:input=move |event| page.search(event_target_value(&event))
                />
            </div>
            <label class="tokens-show">
                "Show"
                <select
                    id="tokens-show"
                    class="select"
                    name="show"
                    on:change=move |event| page.show(Show::by_key(&event_target_value(&event)))
                >
                    {Show::ALL.map(option).into_iter().collect_view()}
                </select>
            </label>
            <input
                type="hidden"
                name="sort"
                value=move || page.sort.get().to_query()
                disabled=move || page.sort.get() == Sort::default()
            />
            <button type="submit" class="button without-script">
                "Find"
            </button>
        </form>
    }
}
