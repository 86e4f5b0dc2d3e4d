//! A dialog for what is shown only once: the secrets of tokens, recovery codes, an invitation's link.

mod secret_values;
mod values;

use leptos::prelude::*;
use leptos::task::spawn_local;

pub use self::secret_values::SecretValues;
use self::values::{FIELD, Values};
use super::{
    browser,
    client_only::{ClientOnly, client_only},
    dialog::Modal,
    icon::{Glyph, Icon},
    question::Question,
};

/// What is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeSecret {
    pub title: &'static str,
    /// Why it has to be saved now.
    pub intro: String,
    pub values: SecretValues,
    /// Name of the file that Download makes.
    pub file: String,
    /// What happens by closing without saving, and how to get another one.
    pub loss: String,
}

/// Shows the values until they are saved or given up; `on_close` gets whether they were saved. They are in this dialog only
/// and leave the page with it, so leaving the page asks as closing does.
#[component]
pub fn SaveOnce(
    one_time_secret: OneTimeSecret,
    /// What can be done with it at once, beneath the values.
    #[prop(optional)]
    more: Option<ClientOnly>,
    #[prop(into)] on_close: Callback<bool>,
) -> impl IntoView {
    let OneTimeSecret { title, intro, values, file, loss } = one_time_secret;
    let saved = RwSignal::new(false);
    let leaving = RwSignal::new(false);
    let status = RwSignal::new("");
    let one = matches!(values, SecretValues::One { .. });
    let text = StoredValue::new(values.text());
    browser::ask_before_leaving(move || !saved.try_get_untracked().unwrap_or(true));
    let dismiss = move |()| if saved.get_untracked() { on_close.run(true) } else { leaving.set(true) };
    let download = move |_| {
        let works = text.with_value(|text| browser::download(&file, text));
        saved.update(|saved| *saved |= works);
        status.set(if works { "Downloaded." } else { "The download did not work. Copy it instead." });
    };
    let copy = move |_| {
        spawn_local(async move {
            // A field can be copied where there is no clipboard, too.
            let copied =
                if one { browser::copy_field(FIELD).await } else { browser::copy_text(&text.get_value()).await };
            // The dialog may be closed meanwhile.
            saved.try_update(|saved| *saved |= copied);
            status.try_set(if copied { "Copied." } else { "Copying did not work. Select it and copy it by hand." });
        });
    };
    client_only(view! {
        <Modal id="save-once" title class="narrow" on_dismiss=dismiss>
            <div class="dialog-body">
                <p>{intro}</p>
                <Values values />
                <div class="save-actions">
                    <button type="button" class="button" autofocus=!one on:click=download>
                        <Icon glyph=Glyph::Download />
                        "Download"
                    </button>
                    <button type="button" class="button" on:click=copy>
                        <Icon glyph=Glyph::Copy />
                        "Copy"
                    </button>
                    <span class="muted small" role="status">
                        {status}
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
                {more}
            </div>
            <footer class="dialog-foot">
                <button
                    type="button"
                    class="button primary"
                    disabled=move || !saved.get()
                    on:click=move |_| on_close.run(true)
                >
                    "Done"
                </button>
            </footer>
        </Modal>
        {move || {
            leaving
                .get()
                .then(|| {
                    view! {
                        <Question
                            id="unsaved-dialog"
                            title="Close without saving?"
                            text=loss.clone()
                            stay="Keep open"
                            go="Close without saving"
                            on_stay=move |()| leaving.set(false)
                            on_go=move |()| on_close.run(false)
                        />
                    }
                })
        }}
    })
}

#[cfg(test)]
mod tests {
    use super::SecretValues;

    #[test]
    fn every_value_ends_its_line() {
        assert_eq!(SecretValues::One { label: "Link", value: "https://x".into() }.text(), "https://x\n");
        assert_eq!(SecretValues::Many(vec!["a".into(), "b".into()]).text(), "a\nb\n");
        assert_eq!(SecretValues::Named(vec![("Deploy".into(), "krp_1".into())]).text(), "Deploy: krp_1\n");
    }
}
