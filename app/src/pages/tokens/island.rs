//! The island: everything of the page that reacts.

use keyrack_types::methods::MethodInfo;
use keyrack_types::tokens::TokenList;
use leptos::prelude::*;

use super::dialogs;
use super::empty;
use super::filter::{Filter, Show};
use super::find;
use super::sorting::Sort;
use super::state::Page;
use super::table::TokenTable;
use super::toolbar::Toolbar;

/// Toolbar, list and dialogs. `show`: as the address says it; `viewer`: e-mail address of who is signed in.
#[island]
pub fn TokensIsland(
    list: TokenList,
    methods: Vec<MethodInfo>,
    sort: Sort,
    search: String,
    show: String,
    viewer: String,
    /// Signed in with a token, not with the password.
    by_token: bool,
) -> impl IntoView {
    let filter = Filter { search, show: Show::by_key(&show) };
    let page = Page::new(list, methods, (sort, filter), viewer, by_token);
    Effect::new(move |_| {
        find::follow(page);
        empty::follow(page);
        page.restore_draft();
    });
    view! {
        <Toolbar page />
        <div class="panel table-frame" hidden=move || page.list.read().tokens.is_empty()>
            <TokenTable page />
        </div>
        {page.dialogs.outlet(move |dialog| dialogs::draw(page, dialog))}
    }
}
