//! The token dialog: Generate, Edit and Copy Access Token.

mod fields;
mod foot;
mod last_use;
mod methods;
mod model;
mod notice;

use leptos::prelude::*;

use self::fields::Fields;
use self::foot::Foot;
use self::last_use::last_use;
use self::methods::Methods;
use self::model::Editor;
use self::notice::NoticeBox;
use super::super::draft::Start;
use super::super::state::Page;
use crate::components::client_only::client_only;
use crate::components::dialog::Modal;
use crate::components::question::Question;

/// The dialog, and the question on top of it whether to drop the draft. `note` says why it opened by itself.
#[component]
pub(super) fn EditorDialog(page: Page, start: Start, note: Option<&'static str>) -> impl IntoView {
    let title = start.purpose.title();
    let editor = Editor::new(page, start, note);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        editor.submit();
    };
    client_only(view! {
        <Modal id="token-dialog" title class="wide" on_dismiss=move |()| editor.dismiss()>
            <form class="dialog-form" novalidate on:submit=submit>
                <div class="dialog-body token-form">
                    <NoticeBox editor />
                    <Fields editor />
                    <Methods editor />
                    {last_use(editor)}
                </div>
                <Foot editor />
            </form>
        </Modal>
        {move || editor.leaving.get().then(|| view! {
            <Question
                id="discard-dialog"
                title="Discard the draft?"
                text=editor.loss()
                stay="Keep editing"
                go="Discard"
                on_stay=move |()| editor.leaving.set(false)
                on_go=move |()| page.dialogs.close()
            />
        })}
    })
}
