//! What the token was last used for.

use keyrack_types::dates::readable_moment;
use leptos::prelude::*;

use super::super::super::draft::Purpose;
use super::super::super::last_use::{calls, from_where};
use super::model::Editor;

/// In Edit, of a token that was used: when, from where and for what, as it was when the dialog opened.
pub(super) fn last_use(editor: Editor) -> Option<impl IntoView> {
    let Purpose::Edit(token) = editor.purpose.get_untracked() else { return None };
    let moment = readable_moment(token.last_used?);
    let used = token.used?;
    Some(view! {
        <p class="token-last-use muted small">
            {format!("Last used {moment} UTC{}. {}", from_where(&used), calls(&used)).trim_end().to_owned()}
        </p>
    })
}
