//! The dialogs of the page.

mod confirm;
mod editor;
mod password_form;
mod remove;
mod save;

use leptos::prelude::*;

use self::editor::EditorDialog;
use self::remove::RemoveDialog;
use self::save::SaveDialog;
use super::state::{Open, Page};
use crate::components::client_only::client_only;

/// The dialog that is open, if one is.
#[component]
pub(super) fn Dialogs(page: Page) -> impl IntoView {
    move || match page.open.get() {
        None => None,
        Some(Open::Editor { start, note }) => Some(client_only(view! { <EditorDialog page start=*start note /> })),
        Some(Open::Save(new)) => Some(client_only(view! { <SaveDialog page new=*new /> })),
        Some(Open::Remove(tokens)) => Some(client_only(view! { <RemoveDialog page tokens /> })),
    }
}
