//! The dialogs of the page, besides the one that confirms.

mod editor;
mod save;
mod try_it;

use leptos::prelude::*;

use self::editor::EditorDialog;
use self::save::SaveDialog;
use super::state::{Dialog, Page};
use crate::components::client_only::{ClientOnly, client_only};

/// Draws the dialog that is open.
pub(super) fn draw(page: Page, dialog: Dialog) -> ClientOnly {
    match dialog {
        Dialog::Editor { start, note } => client_only(view! { <EditorDialog page start=*start note /> }),
        Dialog::Save(new) => client_only(view! { <SaveDialog page new=*new /> }),
    }
}
