//! The buttons of the token dialog.

use leptos::prelude::*;

use super::super::super::draft::Purpose;
use super::model::Editor;
use crate::components::busy::Busy;
use crate::components::icon::{Glyph, Icon};

/// Cancel and Generate or Apply; in Edit also Regenerate.
#[component]
pub(super) fn Foot(editor: Editor) -> impl IntoView {
    let edit = editor.purpose.with_untracked(|purpose| matches!(purpose, Purpose::Edit(_)));
    view! {
        <footer class="dialog-foot">
            {edit.then(|| regenerate(editor))}
            <button type="button" class="button" on:click=move |_| editor.page.dialogs.close()>
                "Cancel"
            </button>
            <button
                type="submit"
                class="button primary"
                aria-disabled=move || editor.reviewing.get().then_some("true")
            >
                <Busy when=editor.reviewing />
                {if edit { "Apply" } else { "Generate" }}
            </button>
        </footer>
    }
}

fn regenerate(editor: Editor) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button quiet dialog-foot-start"
            title="Lost the secret? Get a new one; the present one stops working."
            on:click=move |_| editor.regenerate()
        >
            <Icon glyph=Glyph::RotateCw />
            "Regenerate token"
        </button>
    }
}
