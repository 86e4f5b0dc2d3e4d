//! The toolbar, the count, and why the buttons are disabled.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlElement, KeyboardEvent};

use super::removal::remove_selected;
use super::state::Page;
use crate::components::busy::Busy;
use crate::components::icon::{Glyph, Icon};

/// Generate, Edit, Copy, Remove, Refresh. Arrow keys move along it.
#[component]
pub(super) fn Toolbar(page: Page) -> impl IntoView {
    let bar = NodeRef::<html::Div>::new();
    let off = move || !page.may_manage();
    let not_one = move || off() || page.selection.read().single().is_none();
    let none = move || off() || page.selection.read().is_empty();
    let full = Memo::new(move |_| page.full());
    // Stays focusable: pressing it says why.
    let cannot_add = move || full.read().is_some().then_some("true");
    let why = move || full.read().is_some().then_some("tokens-full");
    view! {
        <div class="tokens-bar">
            <div
                node_ref=bar
                class="toolbar by-script"
                role="toolbar"
                aria-label="Access tokens"
                on:keydown=move |event| move_along(bar, &event)
            >
                <button
                    type="button"
                    id="tokens-generate"
                    class="button primary"
                    disabled=off
                    aria-disabled=cannot_add
                    aria-describedby=why
                    on:click=move |_| page.generate()
                >
                    <Icon glyph=Glyph::Plus />
                    "Generate"
                </button>
                <button type="button" class="button" disabled=not_one on:click=move |_| page.edit_selected()>
                    <Icon glyph=Glyph::Pencil />
                    "Edit"
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=not_one
                    aria-disabled=cannot_add
                    aria-describedby=why
                    on:click=move |_| page.copy_selected()
                >
                    <Icon glyph=Glyph::Copy />
                    "Copy"
                </button>
                <button type="button" class="button" disabled=none on:click=move |_| remove_selected(page)>
                    <Icon glyph=Glyph::Trash />
                    "Remove"
                </button>
                <span class="toolbar-gap" role="separator" aria-orientation="vertical"></span>
                <button
                    type="button"
                    class="button quiet"
                    aria-disabled=move || page.refreshing.get().then_some("true")
                    on:click=move |_| page.refresh()
                >
                    <Icon glyph=Glyph::RefreshCw />
                    "Refresh"
                    <Busy when=page.refreshing />
                </button>
            </div>
            <p class="tokens-count muted figures" role="status">
                {move || counted(page)}
            </p>
        </div>
        {move || off().then(|| why_off(page.by_token))}
        {move || full.get().filter(|_| !off()).map(why_full)}
    }
}

/// `12 of 100 tokens`, and how many of them are shown when not all are, and selected when it is more than one.
fn counted(page: Page) -> String {
    let (all, limit) = page.list.with(|list| (list.tokens.len(), list.limit));
    let selected = Some(page.selection.read().len()).filter(|number| *number > 1);
    let shown = page.filter.read().narrows().then(|| page.tokens.read().len());
    let parts = [
        selected.map(|number| format!("{number} selected")),
        shown.map(|number| format!("{number} shown")),
        Some(format!("{all} of {limit} tokens")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn why_full(why: String) -> impl IntoView {
    view! {
        <div id="tokens-full" class="alert warning" role="note">
            <Icon glyph=Glyph::TriangleAlert />
            <p>{why}</p>
        </div>
    }
}

fn why_off(by_token: bool) -> impl IntoView {
    let why = if by_token {
        "You can look at tokens here, but not change them: you are signed in with an access token. Sign in with your \
         password to manage tokens."
    } else {
        "You can look at the account's shared tokens here, but not change them: your role is viewer."
    };
    view! {
        <div class="alert" role="note">
            <Icon glyph=Glyph::Lock />
            <p>{why}</p>
        </div>
    }
}

fn move_along(bar: NodeRef<html::Div>, event: &KeyboardEvent) {
    let Some(bar) = bar.get_untracked() else { return };
    let Ok(found) = bar.query_selector_all("button:not(:disabled)") else { return };
    let buttons: Vec<HtmlElement> =
        (0..found.length()).filter_map(|at| found.get(at)).filter_map(|node| node.dyn_into().ok()).collect();
    let here = document().active_element();
    let at = buttons.iter().position(|button| here.as_ref() == Some(button.as_ref())).unwrap_or_default();
    let to = match event.key().as_str() {
        "ArrowRight" => (at + 1) % buttons.len().max(1),
        "ArrowLeft" => (at + buttons.len().saturating_sub(1)) % buttons.len().max(1),
        "Home" => 0,
        "End" => buttons.len().saturating_sub(1),
        _ => return,
    };
    event.prevent_default();
    if let Some(button) = buttons.get(to) {
        // A button of this document can always be focused.
        let _ = button.focus();
    }
}
