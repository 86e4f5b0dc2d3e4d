//! What a token opens: the set's name, and for a custom choice its methods at a glance.

use keyrack_types::methods::ApiSet;
use leptos::either::Either;
use leptos::prelude::*;

use crate::components::client_only::client_only;
use crate::format::count;

/// Maximum number of methods that are listed.
const SHOWN: usize = 30;

/// The name of the set. `Custom` lists its methods while the pointer or the keyboard is on it; Esc puts the list away.
#[component]
pub(super) fn Methods(token: i64, set: ApiSet, methods: Vec<String>, tab_stop: Memo<bool>) -> impl IntoView {
    if set == ApiSet::Custom { Either::Right(custom(token, methods, tab_stop)) } else { Either::Left(set.name()) }
}

fn custom(token: i64, methods: Vec<String>, tab_stop: Memo<bool>) -> impl IntoView {
    let open = RwSignal::new(false);
    let tip = format!("token-methods-{token}");
    let described = {
        let tip = tip.clone();
        move || open.get().then(|| tip.clone())
    };
    let heading = count(methods.len(), "method", "methods");
    let more = methods.len().saturating_sub(SHOWN);
    let list = move || {
        let items = methods.iter().take(SHOWN).map(|name| view! { <li>{name.clone()}</li> }).collect_view();
        let rest = (more > 0).then(|| view! { <li>{format!("and {more} more")}</li> });
        client_only(view! {
            <span id=tip.clone() class="tip" role="tooltip">
                <strong>{heading.clone()}</strong>
                <ul role="list" class="mono">
                    {items}
                    {rest}
                </ul>
            </span>
        })
    };
    view! {
        <span
            class="tip-anchor"
            on:pointerenter=move |_| open.set(true)
            on:pointerleave=move |_| open.set(false)
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    event.stop_propagation();
                    open.set(false);
                }
            }
        >
            <span
                class="tip-trigger"
                tabindex=move || if tab_stop.get() { "0" } else { "-1" }
                aria-describedby=described
                on:focus=move |_| open.set(true)
                on:blur=move |_| open.set(false)
            >
                {ApiSet::Custom.name()}
            </span>
            {move || open.get().then(&list)}
        </span>
    }
}
