//! What the token dialog knows and does.

use keyrack_types::dates::{parse_typed_day, typed_day};
use keyrack_types::methods::ApiSet;
use keyrack_types::refusal::{Field, Refusal};
use keyrack_types::token_limits::TokenLimits;
use keyrack_types::tokens::{TokenDraft, TokenView};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::super::draft::{Purpose, Start, differences, draft_of, expiry_problem, problems, rebased};
use super::super::super::requests::{self, regeneration_lines};
use super::super::super::state::{Dialog, Page, UNREACHABLE};
use crate::components::browser;
use crate::components::confirm::ConfirmationRequest;
use crate::components::toast::{ToastKind, show};
use crate::components::tree::catalog::Catalog;
use crate::components::tree::state::TreeState;
use crate::serverfns::tokens::{Made, review_token};

/// A message at the top of the dialog.
#[derive(Clone)]
pub(super) enum Notice {
    Info(String),
    Error(String),
    /// Another person was faster: what they changed, and the token as it is now.
    Changed {
        lines: Vec<String>,
        current: Box<TokenView>,
    },
}

/// The state of the dialog. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub page: Page,
    pub purpose: RwSignal<Purpose>,
    /// The draft before anything was changed.
    unchanged: RwSignal<TokenDraft>,
    typed: RwSignal<String>,
    /// The description is the person's own.
    touched: RwSignal<bool>,
    pub expires: RwSignal<String>,
    pub set: RwSignal<ApiSet>,
    pub shared: RwSignal<bool>,
    /// Limits that this dialog has no inputs for; an edit and a copy keep them.
    limits: StoredValue<TokenLimits>,
    pub catalog: StoredValue<Catalog>,
    pub tree: RwSignal<TreeState>,
    pub problems: RwSignal<Vec<(Field, String)>>,
    pub notice: RwSignal<Option<Notice>>,
    /// The server is checking the draft; the confirm dialog follows.
    pub reviewing: RwSignal<bool>,
    /// The question on top whether to drop the draft.
    pub leaving: RwSignal<bool>,
}

impl Editor {
    /// The dialog as it opens.
    pub fn new(page: Page, start: Start, note: Option<&'static str>) -> Editor {
        let catalog = Catalog::new(page.methods.get_value());
        let mut tree = TreeState::new(&catalog);
        tick(&mut tree, &catalog, &start.draft);
        let unchanged = match &start.purpose {
            Purpose::Edit(token) => draft_of(token),
            _ => start.draft.clone(),
        };
        let draft = start.draft;
        Editor {
            page,
            purpose: RwSignal::new(start.purpose),
            unchanged: RwSignal::new(unchanged),
            typed: RwSignal::new(draft.description),
            touched: RwSignal::new(start.touched),
            expires: RwSignal::new(draft.expires),
            set: RwSignal::new(draft.api_set),
            shared: RwSignal::new(draft.shared),
            limits: StoredValue::new(draft.limits),
            catalog: StoredValue::new(catalog),
            tree: RwSignal::new(tree),
            problems: RwSignal::default(),
            notice: RwSignal::new(note.map(|note| Notice::Info(note.into()))),
            reviewing: RwSignal::new(false),
            leaving: RwSignal::new(false),
        }
    }

    /// The description: the person's own, or the name of the API set as long as it is untouched.
    pub fn description(self) -> String {
        if self.touched.get() { self.typed.get() } else { self.set.get().name().to_owned() }
    }

    /// The person wrote a description.
    pub fn describe(self, text: String) {
        self.touched.set(true);
        self.typed.set(text);
        self.clear_error(Field::Description);
    }

    /// The person chose an API set, which ticks its methods.
    pub fn choose(self, set: ApiSet) {
        self.catalog.with_value(|catalog| self.tree.update(|tree| tree.tick_set(catalog, set)));
        self.set.set(set);
        self.clear_error(Field::Methods);
    }

    /// The person changed a tick: the choice is their own from now on.
    pub fn ticked(self) {
        self.set.set(ApiSet::Custom);
        self.clear_error(Field::Methods);
    }

    /// The draft as it is now.
    pub fn draft(self) -> TokenDraft {
        let set = self.set.get_untracked();
        let ticked = || self.catalog.with_value(|catalog| self.tree.read_untracked().ticked_names(catalog));
        TokenDraft {
            description: untrack(|| self.description()),
            api_set: set,
            methods: if set == ApiSet::Custom { ticked() } else { Vec::new() },
            expires: one_form(&self.expires.read_untracked()),
            shared: self.shared.get_untracked(),
            limits: self.limits.get_value(),
        }
    }

    /// What is wrong with a field.
    pub fn problem(self, field: Field) -> Option<String> {
        self.problems.read().iter().find(|(at, _)| *at == field).map(|(_, message)| message.clone())
    }

    /// A field was changed: its error may not hold any more.
    pub fn clear_error(self, field: Field) {
        if self.problems.read_untracked().iter().any(|(at, _)| *at == field) {
            self.problems.update(|problems| problems.retain(|(at, _)| *at != field));
        }
    }

    /// Esc: closes, but never drops a changed draft without asking.
    pub fn dismiss(self) {
        if self.is_dirty() { self.leaving.set(true) } else { self.page.dialogs.close() }
    }

    /// Generate or Apply: checks here, then on the server, then asks for the password.
    pub fn submit(self) {
        let draft = self.draft();
        let today = self.page.list.read_untracked().today;
        let found = self.purpose.with_untracked(|purpose| problems(&draft, purpose.base(), today));
        if self.reviewing.get_untracked() || self.has_problems(found) {
            return;
        }
        let editing = self.purpose.with_untracked(|purpose| purpose.base().map(|token| (token.id, token.version)));
        self.reviewing.set(true);
        spawn_local(async move {
            let answer = review_token(editing, draft.clone()).await;
            if self.reviewing.is_disposed() {
                return; // The dialog was closed meanwhile.
            }
            match answer {
                Ok(Ok(review)) => {
                    self.notice.set(None);
                    let request = match editing {
                        Some(token) => requests::edit(review.lines, token, draft, move |token| self.edited(token)),
                        None => requests::create(review.lines, draft, move |new| self.has_secret(new)),
                    };
                    self.page.dialogs.prepare_to_confirm(self.with_draft_kept(request)).await;
                }
                Ok(Err(refusal)) => self.refused(refusal),
                Err(_) => self.notice.set(Some(Notice::Error(UNREACHABLE.into()))),
            }
            self.reviewing.try_set(false);
        });
    }

    /// Regenerate token. An expired one needs a new day first, in the field that shows the old one.
    pub fn regenerate(self) {
        let start = Start { purpose: self.purpose.get_untracked(), draft: self.draft(), touched: true };
        let Some(token) = start.purpose.base() else { return };
        let today = self.page.list.read_untracked().today;
        let past = expiry_problem(&start.draft.expires, None, today);
        if let Some(error) = past.filter(|_| token.expired) {
            let message = format!("This token has expired. {error}");
            self.has_problems(vec![(Field::Expires, message)]);
            return;
        }
        let new_day = token.expired.then(|| start.draft.expires.clone());
        let mut same = draft_of(token);
        if token.expired {
            same.expires.clone_from(&start.draft.expires);
        }
        let lines = regeneration_lines(&start, new_day.as_deref(), same != start.draft);
        self.problems.set(Vec::new());
        let request = requests::regenerate(lines, (token.id, token.version), new_day, move |new| self.has_secret(new));
        self.page.dialogs.confirm(self.with_draft_kept(request));
    }

    /// What happens when the draft is dropped.
    pub fn loss(self) -> String {
        self.purpose.with_untracked(|purpose| match purpose {
            Purpose::Edit(token) => {
                format!(
                    "Your changes to “{}” are not applied yet. Discard drops them; the token stays as it is.",
                    token.description
                )
            }
            Purpose::Generate | Purpose::Copy => {
                "The token is not generated yet. Discard drops what you entered; no token is made.".into()
            }
        })
    }

    /// A change that leaves the draft as it is when it fails.
    fn with_draft_kept(self, request: ConfirmationRequest) -> ConfirmationRequest {
        request.on_refused(move |refusal| self.refused(refusal)).on_signed_out(move || self.sign_in_again())
    }

    /// The token was generated or has a new secret.
    fn has_secret(self, new: Made) {
        self.page.selection.update(|selection| selection.only(new.token.id));
        self.page.dialogs.open(Dialog::Save(Box::new(new)));
        self.page.refresh();
    }

    fn edited(self, token: TokenView) {
        self.page.selection.update(|selection| selection.only(token.id));
        self.page.dialogs.done();
        show(ToastKind::Success, format!("“{}” was changed. It counts from the next call on.", token.description));
        self.page.refresh();
    }

    /// It was not done; nothing of the draft is lost.
    fn refused(self, refusal: Refusal) {
        match refusal {
            Refusal::SignedOut => self.sign_in_again(),
            Refusal::Field { field, message } => {
                self.has_problems(vec![(field, message)]);
            }
            Refusal::Changed { current } => {
                let lines =
                    self.purpose.with_untracked(|purpose| purpose.base().map(|base| differences(base, &current)));
                self.notice.set(Some(Notice::Changed { lines: lines.unwrap_or_default(), current }));
                self.page.refresh();
                browser::focus_soon("token-notice".into());
            }
            Refusal::Gone { message } => {
                show(ToastKind::Error, message);
                self.page.close_after_removal();
            }
            other => {
                self.notice.set(Some(Notice::Error(other.message())));
                browser::focus_soon("token-notice".into());
            }
        }
    }

    /// The session is over: the draft waits for the return.
    fn sign_in_again(self) {
        let start =
            Start { purpose: self.purpose.get_untracked(), draft: self.draft(), touched: self.touched.get_untracked() };
        self.page.sign_in_again(Some(start));
    }

    /// After a conflict: drops the draft for the token as it is now.
    pub fn load_current(self, current: TokenView) {
        let draft = draft_of(&current);
        self.begin_from(current, draft);
    }

    /// After a conflict: the draft stays, and from now on it is a change to the token as it is now.
    pub fn keep_draft(self, current: TokenView) {
        let draft = self.draft();
        let draft = self.purpose.with_untracked(|purpose| match purpose.base() {
            Some(base) => rebased(&draft, base, &current),
            None => draft,
        });
        self.begin_from(current, draft);
    }

    fn begin_from(self, token: TokenView, draft: TokenDraft) {
        self.catalog.with_value(|catalog| self.tree.update(|tree| tick(tree, catalog, &draft)));
        self.typed.set(draft.description);
        self.expires.set(draft.expires);
        self.set.set(draft.api_set);
        self.shared.set(draft.shared);
        self.limits.set_value(draft.limits);
        self.unchanged.set(draft_of(&token));
        self.purpose.set(Purpose::Edit(Box::new(token)));
        self.problems.set(Vec::new());
        self.notice.set(None);
        browser::focus("token-description");
    }

    fn is_dirty(self) -> bool {
        *self.unchanged.read_untracked() != self.draft()
    }

    /// Shows what is wrong and gives the keyboard to the first of it. Says whether there is anything.
    fn has_problems(self, found: Vec<(Field, String)>) -> bool {
        let first = found.first().map(|(field, _)| match field {
            Field::Expires => "token-expires",
            Field::Methods => "token-search",
            _ => "token-description",
        });
        if let Some(id) = first {
            browser::focus_soon(id.into());
        }
        self.problems.set(found);
        first.is_some()
    }
}

/// A day in the one form that drafts are compared in, however it was typed; what cannot be read stays as it is.
fn one_form(typed: &str) -> String {
    let day = parse_typed_day(typed).ok().flatten();
    day.map_or_else(|| typed.trim().to_owned(), typed_day)
}

fn tick(tree: &mut TreeState, catalog: &Catalog, draft: &TokenDraft) {
    if draft.api_set == ApiSet::Custom {
        tree.tick_names(catalog, &draft.methods);
        tree.open_own_choices(catalog);
    } else {
        tree.tick_set(catalog, draft.api_set);
    }
}
