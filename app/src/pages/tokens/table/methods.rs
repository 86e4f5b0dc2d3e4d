//! What a token opens: the set's name, and for a custom choice its methods at a glance.

use keyrack_types::methods::{ApiSet, split_name};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FocusEvent, Node, PointerEvent};

use crate::components::browser;
use crate::components::client_only::client_only;
use crate::format::count;

/// Above it the number of methods says more than the name of one.
const NAMED: usize = 10;

/// Why the list of methods is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    No,
    /// The mouse is on it.
    Pointed,
    /// The button was pressed: it stays until the keyboard leaves it, Esc or another press.
    Pressed,
}

/// The name of the set. A custom choice is a button that lists its methods; the mouse only has to be on it.
#[component]
pub(super) fn Methods(
    token: i64,
    description: String,
    set: ApiSet,
    methods: Vec<String>,
    tab_stop: Memo<bool>,
) -> impl IntoView {
    if set == ApiSet::Custom {
        Either::Right(custom(token, &description, methods, tab_stop))
    } else {
        Either::Left(set.name())
    }
}

fn custom(token: i64, description: &str, methods: Vec<String>, tab_stop: Memo<bool>) -> impl IntoView + use<> {
    let shown = RwSignal::new(Shown::No);
    let open = Memo::new(move |_| shown.get() != Shown::No);
    let tip = format!("token-methods-{token}");
    let button = format!("{tip}-button");
    let (first, rest) = glance(&methods);
    let heading = count(methods.len(), "method", "methods");
    let label = format!("Methods of {description}");
    let controls = {
        let tip = tip.clone();
        move || open.get().then(|| tip.clone())
    };
    let list = move || {
        let items = methods.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
        client_only(view! {
            <div id=tip.clone() class="tip" role="group" aria-label=label.clone() tabindex="0">
                <strong>{heading.clone()}</strong>
                <ul role="list" class="mono">
                    {items}
                </ul>
            </div>
        })
    };
    let back = button.clone();
    view! {
        <div
            class="tip-anchor"
            on:pointerenter=move |event| if by_mouse(&event) && !open.get_untracked() { shown.set(Shown::Pointed) }
            on:pointerleave=move |_| if shown.get_untracked() == Shown::Pointed { shown.set(Shown::No) }
            on:focusout=move |event| if left(&event) && shown.get_untracked() == Shown::Pressed { shown.set(Shown::No) }
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    event.stop_propagation();
                    shown.set(Shown::No);
                    browser::focus(&back);
                }
            }
        >
            <button
                type="button"
                id=button
                class="tip-trigger"
                tabindex=move || if tab_stop.get() { "0" } else { "-1" }
                aria-expanded=move || open.get().to_string()
                aria-controls=controls
                on:click=move |_| {
                    shown.update(|shown| *shown = if *shown == Shown::Pressed { Shown::No } else { Shown::Pressed });
                }
            >
                <span class="cell-text">{first}</span>
                {rest.map(|rest| view! { " "<span>{rest}</span> })}
            </button>
            {move || open.get().then(&list)}
        </div>
    }
}

/// What a choice of methods is called in one line: `Custom · StopEnv` and `+4`, or `Custom · 160 methods`.
fn glance(methods: &[String]) -> (String, Option<String>) {
    let set = ApiSet::Custom.name();
    match methods {
        [] => (set.to_owned(), None),
        [first, rest @ ..] if methods.len() <= NAMED => {
            let (_, _, method) = split_name(first);
            (format!("{set} · {method}"), (!rest.is_empty()).then(|| format!("+{}", rest.len())))
        }
        _ => (format!("{set} · {} methods", methods.len()), None),
    }
}

/// A finger that touches also enters; it presses then.
fn by_mouse(event: &PointerEvent) -> bool {
    event.pointer_type() == "mouse"
}

/// Whether the keyboard left the button and its list. Another window does not count.
fn left(event: &FocusEvent) -> bool {
    let anchor = event.current_target().and_then(|target| target.dyn_into::<Node>().ok());
    match event.related_target() {
        Some(to) => anchor.is_some_and(|anchor| !anchor.contains(to.dyn_ref())),
        None => document().has_focus().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::glance;

    #[test]
    fn a_choice_is_called_by_its_first_method_or_by_its_size() {
        let name = |at: usize| format!("environment.control.Method{at}");
        let called = |number: usize| {
            let (first, rest) = glance(&(1..=number).map(name).collect::<Vec<_>>());
            [Some(first), rest].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(called(0), "Custom");
        assert_eq!(called(1), "Custom · Method1");
        assert_eq!(called(5), "Custom · Method1 +4");
        assert_eq!(called(10), "Custom · Method1 +9");
        assert_eq!(called(160), "Custom · 160 methods");
    }
}
