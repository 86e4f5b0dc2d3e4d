//! The message at the top of the token dialog.

use leptos::prelude::*;

use super::model::{Editor, Notice};
use crate::components::client_only::{ClientOnly, client_only};
use crate::components::icon::{Glyph, Icon};

/// Why the dialog opened by itself, what went wrong, or what another person changed.
#[component]
pub(super) fn NoticeBox(editor: Editor) -> impl IntoView {
    let shown = move || {
        editor.notice.get().map(|notice| {
            let (class, glyph) = match &notice {
                Notice::Info(_) => ("alert", Glyph::Info),
                Notice::Error(_) => ("alert danger", Glyph::CircleAlert),
                Notice::Changed { .. } => ("alert warning", Glyph::TriangleAlert),
            };
            view! {
                <div class=class>
                    <Icon glyph />
                    {body(editor, notice)}
                </div>
            }
        })
    };
    view! {
        <div id="token-notice" class="token-notice" role="alert" tabindex="-1">
            {shown}
        </div>
    }
}

fn body(editor: Editor, notice: Notice) -> ClientOnly {
    match notice {
        Notice::Info(text) | Notice::Error(text) => client_only(view! { <p>{text}</p> }),
        Notice::Changed { lines, current } => {
            let (load, keep) = (current.clone(), current);
            client_only(view! {
                <div class="token-conflict">
                    <p>
                        <strong>"Changed by somebody else"</strong>
                        " while you were editing:"
                    </p>
                    <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                    <div class="token-conflict-choice">
                        <button type="button" class="button" on:click=move |_| editor.load_current((*load).clone())>
                            "Load the current state"
                        </button>
                        <button type="button" class="button" on:click=move |_| editor.keep_draft((*keep).clone())>
                            "Keep my draft"
                        </button>
                    </div>
                </div>
            })
        }
    }
}
