//! Toasts: short messages about outcomes. [`show`] works from every island; the island [`Toasts`] in the layout shows them.
//!
//! Islands have no common context, but they share one WASM module, so the list is in a `thread_local`.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How a toast looks and how insistently it is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something worked. Announced politely, goes by itself.
    Success,
    /// Something to know. Announced politely, goes by itself.
    Info,
    /// Something failed. Announced at once, stays until dismissed.
    Error,
}

/// More at once would cover the page; the oldest goes first.
#[cfg(feature = "hydrate")]
const LIMIT: usize = 4;
/// Long enough to read twice.
#[cfg(feature = "hydrate")]
const STAYS_MS: u32 = 7_000;

#[derive(Clone, PartialEq)]
struct Toast {
    id: u32,
    kind: ToastKind,
    text: String,
}

#[cfg(feature = "hydrate")]
thread_local! {
    static TOASTS: ArcRwSignal<Vec<Toast>> = ArcRwSignal::new(Vec::new());
    /// The pointer or the focus is on a toast: none goes by itself.
    static HELD: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Shows a toast. Does nothing on the server.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
pub fn show(kind: ToastKind, text: impl Into<String>) {
    #[cfg(feature = "hydrate")]
    {
        let id = NEXT.replace(NEXT.get() + 1);
        let text = text.into();
        TOASTS.with(|toasts| {
            toasts.update(|toasts| {
                // The same words twice are one message, shown anew.
                toasts.retain(|toast| toast.text != text);
                toasts.push(Toast { id, kind, text });
                let surplus = toasts.len().saturating_sub(LIMIT);
                toasts.drain(..surplus);
            });
        });
        if kind != ToastKind::Error {
            dismiss_later(id);
        }
    }
}

#[cfg(feature = "hydrate")]
fn dismiss_later(id: u32) {
    gloo_timers::callback::Timeout::new(STAYS_MS, move || if HELD.get() { dismiss_later(id) } else { dismiss(id) })
        .forget();
}

#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
fn dismiss(id: u32) {
    #[cfg(feature = "hydrate")]
    TOASTS.with(|toasts| toasts.update(|toasts| toasts.retain(|toast| toast.id != id)));
}

#[cfg_attr(not(feature = "hydrate"), allow(unused_variables))]
fn hold(held: bool) {
    #[cfg(feature = "hydrate")]
    HELD.set(held);
}

/// The list of this page; on the server always empty.
fn toasts() -> ArcRwSignal<Vec<Toast>> {
    #[cfg(feature = "hydrate")]
    return TOASTS.with(Clone::clone);
    #[cfg(not(feature = "hydrate"))]
    ArcRwSignal::new(Vec::new())
}

/// Where toasts appear. The live regions are in the page from the start, otherwise nothing would be announced.
#[island]
pub fn Toasts() -> impl IntoView {
    let (polite, urgent) = (toasts(), toasts());
    view! {
        <div
            class="toasts"
            on:pointerenter=move |_| hold(true)
            on:pointerleave=move |_| hold(false)
            on:focusin=move |_| hold(true)
            on:focusout=move |_| hold(false)
        >
            <div class="toast-region" role="alert">
                {list(urgent, true)}
            </div>
            <div class="toast-region" role="status" aria-live="polite">
                {list(polite, false)}
            </div>
        </div>
    }
}

fn list(toasts: ArcRwSignal<Vec<Toast>>, urgent: bool) -> impl IntoView {
    let shown = move || {
        toasts.read().iter().filter(|toast| (toast.kind == ToastKind::Error) == urgent).cloned().collect::<Vec<_>>()
    };
    view! { <For each=shown key=|toast| toast.id children=item /> }
}

fn item(toast: Toast) -> impl IntoView {
    let (class, glyph) = match toast.kind {
        ToastKind::Success => ("toast success", Glyph::CircleCheck),
        ToastKind::Info => ("toast", Glyph::Info),
        ToastKind::Error => ("toast danger", Glyph::CircleAlert),
    };
    view! {
        <div class=class>
            <Icon glyph />
            <p>{toast.text}</p>
            <button type="button" class="icon-button" aria-label="Dismiss" on:click=move |_| dismiss(toast.id)>
                <Icon glyph=Glyph::X />
            </button>
        </div>
    }
}
