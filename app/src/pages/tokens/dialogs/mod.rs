//! The dialogs of the page.

mod confirm;
mod editor;
mod password_form;
mod question;
mod remove;
mod save;

use leptos::prelude::*;

use self::editor::EditorDialog;
use self::remove::RemoveDialog;
use self::save::SaveDialog;
use super::state::{Open, Page};

/// The dialog that is open, if one is.
#[component]
pub(super) fn Dialogs(page: Page) -> impl IntoView {
    move || match page.open.get() {
        None => ().into_any(),
        Some(Open::Editor { start, note }) => view! { <EditorDialog page start=*start note /> }.into_any(),
        Some(Open::Save(new)) => view! { <SaveDialog page new /> }.into_any(),
        Some(Open::Remove(tokens)) => view! { <RemoveDialog page tokens /> }.into_any(),
    }
}
