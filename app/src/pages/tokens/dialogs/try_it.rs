//! The first call with a new secret.

use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::TokenView;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::super::state::UNREACHABLE;
use crate::components::browser;
use crate::components::busy::Busy;
use crate::components::client_only::client_only;
use crate::components::icon::{Glyph, Icon};
use crate::serverfns::tokens::example_call;

/// Changes nothing and is open to every token.
const HARMLESS: &str = "/1.0/users/authentication/rest/checksign";

/// Shown in a list of what a token may, it changes nothing, so it is the better first call.
const GENTLE: &str = "environment.control.GetEnvs";

/// A line that calls the first method that the token opens, and a button that makes a harmless call.
#[component]
pub(super) fn TryIt(token: TokenView, secret: String) -> impl IntoView {
    let line = RwSignal::new(String::new());
    let copied = RwSignal::new("");
    let (testing, tested) = (RwSignal::new(false), RwSignal::new(String::new()));
    let secret = StoredValue::new(secret);
    if let Some(method) = first_call(&token.methods) {
        spawn_local(async move {
            let shown = match example_call(method).await {
                Ok(Ok(example)) => secret.try_with_value(|secret| example.replace("$KEYRACK_TOKEN", secret)),
                Ok(Err(refusal)) => Some(refusal.message()),
                Err(_) => Some(UNREACHABLE.to_owned()),
            };
            // The dialog may be closed meanwhile.
            line.try_set(shown.unwrap_or_default());
        });
    }
    let copy = move |_| {
        spawn_local(async move {
            let works = browser::copy_text(&line.get_untracked()).await;
            copied.try_set(if works { "Copied." } else { "Copying did not work. Select it and copy it by hand." });
        });
    };
    let test = move |_| {
        if testing.get_untracked() {
            return;
        }
        testing.set(true);
        let opens = opens(&token);
        spawn_local(async move {
            let answer = browser::call_api(HARMLESS, &secret.get_value()).await;
            tested.try_set(judged(answer.as_deref(), &opens));
            testing.try_set(false);
        });
    };
    client_only(view! {
        <section class="try-it" role="region" aria-labelledby="try-it-title">
            <h3 id="try-it-title">"Try it"</h3>
            <pre><code>{line}</code></pre>
            <div class="save-actions">
                <button type="button" class="button" on:click=copy>
                    <Icon glyph=Glyph::Copy />
                    "Copy curl"
                </button>
                <button
                    type="button"
                    class="button"
                    aria-disabled=move || testing.get().then_some("true")
                    on:click=test
                >
                    <Icon glyph=Glyph::Play />
                    "Test this token"
                    <Busy when=testing />
                </button>
                <span class="muted small" role="status">
                    {copied}
                </span>
            </div>
            <p class="try-it-outcome small" role="status">
                {tested}
            </p>
        </section>
    })
}

/// The method of the example: one that changes nothing where the token opens it, else the first.
fn first_call(methods: &[String]) -> Option<String> {
    methods.iter().find(|name| *name == GENTLE).or(methods.first()).cloned()
}

/// What a token opens, in a sentence.
fn opens(token: &TokenView) -> String {
    let number = token.methods.len();
    match (token.api_set, &token.methods[..]) {
        (ApiSet::Custom, [only]) => format!("It opens {only}."),
        (ApiSet::Custom, [first, ..]) => format!("It opens {first} and {} more.", number - 1),
        (ApiSet::ExtendedAccess, _) => format!("It opens {number} methods and this dashboard."),
        (set, _) => format!("It opens the {number} methods of {}.", set.name()),
    }
}

/// What an answer of the API says of itself.
#[derive(Deserialize)]
struct Verdict {
    result: i64,
    #[serde(default)]
    error: String,
}

/// The outcome of the test, from the answer of the API.
fn judged(answer: Option<&str>, opens: &str) -> String {
    match answer.and_then(|text| leptos::serde_json::from_str::<Verdict>(text).ok()) {
        None => UNREACHABLE.to_owned(),
        Some(Verdict { result: 0, .. }) => format!("The token works. {opens}"),
        Some(Verdict { error, .. }) => format!("The server refused it: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::draft::tests::token;
    use super::*;

    #[test]
    fn the_first_call_is_gentle_where_it_can_be() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(first_call(&names(&["a.b.C", GENTLE])).as_deref(), Some(GENTLE));
        assert_eq!(first_call(&names(&["a.b.C", "a.b.D"])).as_deref(), Some("a.b.C"));
        assert_eq!(first_call(&[]), None);
    }

    #[test]
    fn what_it_opens_is_said_in_a_sentence() {
        let mut token = token(1, "deploy");
        token.methods = vec!["a.b.C".into()];
        assert_eq!(opens(&token), "It opens a.b.C.");
        token.methods.push("a.b.D".into());
        assert_eq!(opens(&token), "It opens a.b.C and 1 more.");
        token.api_set = ApiSet::ExtendedAccess;
        assert_eq!(opens(&token), "It opens 2 methods and this dashboard.");
    }

    #[test]
    fn the_answer_of_the_api_is_the_outcome() {
        assert_eq!(judged(Some(r#"{"result":0}"#), "It opens a.b.C."), "The token works. It opens a.b.C.");
        assert_eq!(
            judged(Some(r#"{"result":702,"error":"It has expired."}"#), ""),
            "The server refused it: It has expired."
        );
        assert_eq!(judged(Some("<html>"), ""), UNREACHABLE);
        assert_eq!(judged(None, ""), UNREACHABLE);
    }
}
