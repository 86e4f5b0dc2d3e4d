//! The state of the page, see "Pages" in `docs/architecture.md`.

use keyrack_types::methods::MethodInfo;
use keyrack_types::refusal::Refusal;
use keyrack_types::tokens::{TokenList, TokenView};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::columns::{self, Column};
use super::draft::{Purpose, Start};
use super::filter::{Filter, Show};
use super::find;
use super::sorting::Sort;
use crate::components::browser;
use crate::components::dialogs::Dialogs;
use crate::components::selection::Selection;
use crate::components::toast::{ToastKind, show};
use crate::paths;
use crate::serverfns::tokens::{Made, list_tokens};

/// The key of the tab's storage under which a draft waits while its author signs in again.
const DRAFT_KEY: &str = "keyrack.token-draft";

/// Takes the keyboard when the element that had it is gone.
const GENERATE: &str = "tokens-generate";

/// A dialog of the page.
#[derive(Clone)]
pub(super) enum Dialog {
    /// Generate, Edit or Copy; `note` says why it opened by itself.
    Editor {
        start: Box<Start>,
        note: Option<&'static str>,
    },
    Save(Box<Made>),
}

/// The state of the page. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub list: RwSignal<TokenList>,
    pub sort: RwSignal<Sort>,
    pub filter: RwSignal<Filter>,
    pub selection: RwSignal<Selection>,
    pub dialogs: Dialogs<Dialog>,
    pub refreshing: RwSignal<bool>,
    pub methods: StoredValue<Vec<MethodInfo>>,
    /// E-mail address of who is signed in.
    pub viewer: StoredValue<String>,
    /// Signed in with a token, not with the password.
    pub by_token: bool,
    /// Counts the requests for the list: only the answer to the last one counts.
    requests: StoredValue<u32>,
    /// The columns that the table shows.
    pub columns: Memo<Vec<&'static Column>>,
    /// The tokens as the table shows them.
    pub tokens: Memo<Vec<TokenView>>,
}

impl Page {
    /// The page as the server rendered it.
    pub fn new(
        list: TokenList,
        methods: Vec<MethodInfo>,
        (sort, filter): (Sort, Filter),
        viewer: String,
        by_token: bool,
    ) -> Page {
        let (list, sort, filter) = (RwSignal::new(list), RwSignal::new(sort), RwSignal::new(filter));
        let tokens = Memo::new(move |_| {
            let (mut tokens, today) = list.with(|list| (list.tokens.clone(), list.today));
            filter.read().apply(&mut tokens, today);
            sort.get().apply(&mut tokens);
            tokens
        });
        Page {
            list,
            sort,
            filter,
            selection: RwSignal::default(),
            dialogs: Dialogs::new(viewer.clone(), GENERATE),
            refreshing: RwSignal::new(false),
            methods: StoredValue::new(methods),
            viewer: StoredValue::new(viewer),
            by_token,
            requests: StoredValue::new(0),
            columns: Memo::new(move |_| columns::shown(&list.read())),
            tokens,
        }
    }

    /// Ids in the order of the table.
    pub fn order(self) -> Vec<i64> {
        self.tokens.read_untracked().iter().map(|token| token.id).collect()
    }

    /// The token with this id.
    pub fn token(self, id: i64) -> Option<TokenView> {
        self.list.read_untracked().tokens.iter().find(|token| token.id == id).cloned()
    }

    /// The selected tokens in the order of the table.
    pub fn selected(self) -> Vec<TokenView> {
        let selection = self.selection.read_untracked();
        self.tokens.read_untracked().iter().filter(|token| selection.contains(token.id)).cloned().collect()
    }

    /// Whether tokens can be changed from this sign-in.
    pub fn may_manage(self) -> bool {
        self.list.read().may_manage
    }

    /// A heading was pressed.
    pub fn sort_by(self, column: &'static Column) {
        self.sort.update(|sort| *sort = sort.pressed(column));
        self.write_address();
    }

    /// Shows what is searched for. What is out of sight is not selected: nobody removes what they do not see.
    pub fn find(self, search: String, show: Show) {
        let filter = Filter { search, show };
        if *self.filter.read_untracked() == filter {
            return;
        }
        self.filter.set(filter);
        let order = self.order();
        self.selection.update(|selection| selection.retain(&order));
        self.write_address();
    }

    /// Shows every token again.
    pub fn show_all(self) {
        find::clear();
        self.find(String::new(), Show::All);
    }

    fn write_address(self) {
        let (sort, filter) = (self.sort.get_untracked(), self.filter.get_untracked());
        let sort = if sort == Sort::default() { String::new() } else { sort.to_query() };
        let mut query = String::new();
        for (name, value) in [("search", filter.search.trim()), ("show", filter.show.key()), ("sort", &sort)] {
            if !value.is_empty() {
                query.push_str(if query.is_empty() { "" } else { "&" });
                query.push_str(name);
                query.push('=');
                paths::escape_into(value, &mut query);
            }
        }
        browser::set_query(&query);
    }

    /// Selects a token and gives it the keyboard, which brings it into sight; whatever hides it goes.
    pub fn reveal(self, id: i64) {
        if self.token(id).is_some() && !self.order().contains(&id) {
            self.show_all();
        }
        self.selection.update(|selection| selection.only(id));
        browser::focus_soon(row_id(id));
    }

    /// Brings a token that was just made, or has a new secret, into sight. The list with it may still be on its way.
    pub fn show_made(self, id: i64) {
        if self.token(id).is_some() { self.reveal(id) } else { self.refresh_then(move || self.reveal(id)) }
    }

    /// Why no token can be added, when that is so.
    pub fn full(self) -> Option<String> {
        let (number, limit) = self.list.with(|list| (list.tokens.len(), list.limit));
        (number >= limit as usize).then(|| {
            format!(
                "This account has {number} tokens, and {limit} is the limit; expired ones count too. Remove one that \
                     is no longer used to make room for another."
            )
        })
    }

    /// Opens the dialog for a new token.
    pub fn generate(self) {
        self.edit(Start::generate(), None);
    }

    /// Opens the selected token, when it is exactly one.
    pub fn edit_selected(self) {
        if let Some(token) = self.selection.read_untracked().single().and_then(|id| self.token(id)) {
            self.edit(Start::edit(token), None);
        }
    }

    /// Opens a copy of the selected token, when it is exactly one.
    pub fn copy_selected(self) {
        if let Some(token) = self.selection.read_untracked().single().and_then(|id| self.token(id)) {
            self.edit(Start::copy(&token), None);
        }
    }

    fn edit(self, start: Start, note: Option<&'static str>) {
        let full = untrack(|| self.full()).filter(|_| !matches!(start.purpose, Purpose::Edit(_)));
        if let Some(why) = full {
            show(ToastKind::Error, why);
        } else if self.list.read_untracked().may_manage {
            self.dialogs.open(Dialog::Editor { start: Box::new(start), note });
        }
    }

    /// Gets the list anew; what is selected stays selected.
    pub fn refresh(self) {
        self.refresh_then(|| {});
    }

    /// After tokens were removed: closes the dialogs, gets the list anew and gives the keyboard to the next row.
    pub fn close_after_removal(self) {
        let before = self.order();
        let at = self.selection.read_untracked().tab_stop(&before);
        self.dialogs.done();
        self.refresh_then(move || {
            let next = at.and_then(|at| Selection::left_of(at, &before, &self.order()));
            if let Some(id) = next {
                self.selection.update(|selection| selection.focus(id));
            }
            browser::focus_soon(next.map_or_else(|| GENERATE.into(), row_id));
        });
    }

    /// Gets the list anew, then does something.
    pub fn refresh_then(self, then: impl FnOnce() + 'static) {
        let request = self.requests.get_value().wrapping_add(1);
        self.requests.set_value(request);
        self.refreshing.set(true);
        spawn_local(async move {
            let answer = list_tokens().await;
            if self.requests.get_value() != request {
                return;
            }
            self.refreshing.set(false);
            match answer {
                Ok(Ok(list)) => {
                    self.list.set(list);
                    let order = self.order();
                    self.selection.update(|selection| selection.retain(&order));
                }
                Ok(Err(Refusal::SignedOut)) => self.sign_in_again(None),
                Ok(Err(refusal)) => show(ToastKind::Error, refusal.message()),
                Err(_) => show(ToastKind::Error, UNREACHABLE),
            }
            then();
        });
    }

    /// Goes to sign-in and back, storing a draft for the return. No draft holds a password or a secret.
    pub fn sign_in_again(self, draft: Option<Start>) {
        if let Some(start) = draft
            && let Ok(text) = leptos::serde_json::to_string(&(self.viewer.get_value(), start))
        {
            browser::store(DRAFT_KEY, &text);
        }
        browser::go_to(&paths::signin("/settings/tokens", true));
    }

    /// Opens the draft that was stored before a sign-in, if the same person is back.
    pub fn restore_draft(self) {
        let Some(text) = browser::take_stored(DRAFT_KEY) else { return };
        let Ok((viewer, start)) = leptos::serde_json::from_str::<(String, Start)>(&text) else { return };
        if viewer == self.viewer.get_value() {
            self.edit(start, Some("Your session had ended. Here is your draft again, nothing of it was carried out."));
        }
    }
}

/// What to say when a request never reached the server, or its answer never reached us.
pub(super) const UNREACHABLE: &str = "The server did not answer. Check the connection and try again.";

/// The element of a row.
pub(super) fn row_id(id: i64) -> String {
    format!("token-row-{id}")
}
