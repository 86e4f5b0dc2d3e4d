//! Search and Show. A form that the server renders, so that they work without scripts; where there are some, the list follows each
//! key.

use super::filter::Show;
use super::state::Page;
use crate::components::browser;

const FORM: &str = "tokens-find";
const SEARCH: &str = "tokens-search";
const SHOW: &str = "tokens-show";

/// Has the list follow the form, from what was typed before the page was awake on.
pub(super) fn follow(page: Page) {
    let look = move || page.find(browser::value(SEARCH), Show::by_key(&browser::value(SHOW)));
    look();
    browser::follow_form(FORM, look);
}

/// Empties the form.
pub(super) fn clear() {
    browser::set_value(SEARCH, "");
    browser::set_value(SHOW, Show::All.key());
}

#[cfg(feature = "ssr")]
mod form {
    use leptos::prelude::*;

    use super::super::{filter::Show, sorting::Sort};
    use super::{FORM, SEARCH, SHOW};
    use crate::components::icon::{Glyph, Icon};

    /// The fields above the list; `sort` stays as it is.
    #[component]
    pub fn Find(search: String, show: Show, sort: Sort) -> impl IntoView {
        let option = move |choice: Show| {
            view! {
                <option value=choice.key() selected=choice == show>
                    {choice.label()}
                </option>
            }
        };
        let sorted =
            (sort != Sort::default()).then(|| view! { <input type="hidden" name="sort" value=sort.to_query() /> });
        view! {
            <form
                id=FORM
                class="tokens-find"
                role="search"
                aria-label="Tokens"
                method="get"
                action="/settings/tokens"
            >
                <div class="input-group leading">
                    <Icon glyph=Glyph::Search />
                    <input
                        id=SEARCH
                        class="input"
                        type="search"
                        name="search"
                        aria-label="Search tokens"
                        placeholder="Search, e.g. StopEnv"
                        autocomplete="off"
                        spellcheck="false"
                        value=search
                    />
                </div>
                <label class="tokens-show">
                    "Show"
                    <select id=SHOW class="select" name="show">
                        {Show::ALL.map(option).into_iter().collect_view()}
                    </select>
                </label>
                {sorted}
                <button type="submit" class="button without-script">
                    "Find"
                </button>
            </form>
        }
    }
}
#[cfg(feature = "ssr")]
pub(super) use form::Find;
