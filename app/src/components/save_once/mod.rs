//! A dialog for what is shown only once: recovery codes, secrets of several tokens, an invitation's link.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{
    browser,
    dialog::Modal,
    drawn::drawn,
    icon::{Glyph, Icon},
    question::Question,
};

/// What is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Keepsake {
    pub title: &'static str,
    /// Why it has to be saved now.
    pub intro: String,
    /// What each value is called, empty where they need no names; and the values.
    pub values: Vec<(String, String)>,
    /// Name of the file that Download makes.
    pub file: &'static str,
    /// What is lost by closing without saving.
    pub loss: &'static str,
}

impl Keepsake {
    /// Everything as text, for the file and the clipboard.
    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.values {
            if !name.is_empty() {
                text.push_str(name);
                text.push_str(": ");
            }
            text.push_str(value);
            text.push('\n');
        }
        text
    }
}

/// Shows the values until they are saved. They stand in this dialog only and leave the page with it.
#[component]
pub fn SaveOnce(keepsake: Keepsake, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let saved = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let told = RwSignal::new("");
    let text = StoredValue::new(keepsake.text());
    let dismiss = move |()| if saved.get_untracked() { on_close.run(()) } else { asking.set(true) };
    let file = keepsake.file;
    let download = move |_| {
        let works = text.with_value(|text| browser::download(file, text));
        saved.update(|saved| *saved |= works);
        told.set(if works { "Downloaded." } else { "The download did not work. Copy it instead." });
    };
    let copy = move |_| {
        spawn_local(async move {
            let copied = browser::copy_text(&text.get_value()).await;
            // The dialog may be closed meanwhile.
            saved.try_update(|saved| *saved |= copied);
            told.try_set(if copied { "Copied." } else { "Copying did not work. Select it and copy it by hand." });
        });
    };
    let loss = keepsake.loss;
    drawn(view! {
        <Modal id="save-once" title=keepsake.title class="narrow" on_dismiss=dismiss>
            <div class="dialog-body">
                <p>{keepsake.intro}</p>
                <Values values=keepsake.values />
                <div class="save-actions">
                    <button type="button" class="button" autofocus on:click=download>
                        <Icon glyph=Glyph::Download />
                        "Download"
                    </button>
                    <button type="button" class="button" on:click=copy>
                        <Icon glyph=Glyph::Copy />
                        "Copy"
                    </button>
                    <span class="muted small" role="status">
                        {told}
                    </span>
                </div>
                <label class="checkbox">
                    <input
                        type="checkbox"
                        prop:checked=saved
                        on:change=move |event| saved.set(event_target_checked(&event))
                    />
                    "I've saved the data"
                </label>
            </div>
            <footer class="dialog-foot">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !saved.get()
                    on:click=move |_| on_close.run(())
                >
                    "Done"
                </button>
            </footer>
        </Modal>
        {move || {
            asking
                .get()
                .then(|| {
                    view! {
                        <Question
                            id="unsaved-dialog"
                            title="Close without saving?"
                            text=loss
                            stay="Keep open"
                            go="Close without saving"
                            on_stay=move |()| asking.set(false)
                            on_go=on_close
                        />
                    }
                })
        }}
    })
}

/// Unnamed values in columns, named ones beneath their names.
#[component]
fn Values(values: Vec<(String, String)>) -> impl IntoView {
    let named = values.iter().all(|(name, _)| !name.is_empty());
    let class = if named { "once-values named" } else { "once-values" };
    view! {
        <ul role="list" class=class>
            {values
                .into_iter()
                .map(|(name, value)| {
                    view! {
                        <li>
                            {named.then(|| view! { <span class="small muted">{name}</span> })}
                            <code>{value}</code>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}
