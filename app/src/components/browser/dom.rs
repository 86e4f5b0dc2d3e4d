//! The browser's side.

use leptos::ev;
use leptos::prelude::{document, on_cleanup, request_animation_frame, window, window_event_listener};
use leptos::web_sys::{
    Blob, BlobPropertyBag, Element, Event, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlTextAreaElement, Node,
    Url,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestCredentials, RequestInit, Response};

/// The element with this id.
fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Gives the keyboard to an element, if it is there. Says whether it was.
pub fn focus(id: &str) -> bool {
    let Some(element) = by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) else { return false };
    element.focus().is_ok()
}

/// Gives the keyboard to an element that is about to be drawn.
pub fn focus_soon(id: String) {
    request_animation_frame(move || {
        focus(&id);
    });
}

/// Gives the keyboard to an element in a moment, unless another one has it by then: what had it may be gone, and with it
/// the place where the keyboard was.
pub fn rescue_focus(id: &'static str) {
    request_animation_frame(move || {
        let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if lost {
            focus(id);
        }
    });
}

/// How high an element is drawn, in pixels.
pub fn height(id: &str) -> Option<f64> {
    by_id(id).map(|element| element.get_bounding_client_rect().height()).filter(|height| *height > 0.0)
}

/// Selects everything in a text field.
pub fn select_text(id: &str) {
    if let Some(field) = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        field.select();
    }
}

/// Puts the text of a field on the clipboard. Says whether it worked: pages without TLS have no clipboard but the old
/// command, which copies what is selected.
pub async fn copy_field(id: &str) -> bool {
    let Some(field) = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) else { return false };
    if write_clipboard(&field.value()).await {
        return true;
    }
    field.select();
    exec_copy()
}

/// Offers a text as a file. Says whether the browser took it.
pub fn download(name: &str, text: &str) -> bool {
    let offer = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type("text/plain;charset=utf-8");
        let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&address);
        link.set_download(name);
        link.click();
        Url::revoke_object_url(&address)
    };
    offer().is_ok()
}

/// Has the browser ask before it leaves the page, as long as there is something to lose and the component is drawn.
pub fn ask_before_leaving(loses: impl Fn() -> bool + 'static) {
    let listening = window_event_listener(ev::beforeunload, move |event| {
        if loses() {
            event.prevent_default();
            // Older browsers ask only where there is a text, which none shows.
            event.set_return_value("unsaved");
        }
    });
    on_cleanup(move || listening.remove());
}

/// Leaves for another page.
pub fn go_to(path: &str) {
    // Only a malformed address fails, and ours are not.
    let _ = window().location().assign(path);
}

/// Stores a text for this tab, until it is back from another page.
pub fn store(key: &str, text: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        // A full or forbidden storage loses the draft; the page is about to be left, so nothing can say so.
        let _ = storage.set_item(key, text);
    }
}

/// Takes a stored text back; it is removed from the storage.
pub fn take_stored(key: &str) -> Option<String> {
    let storage = window().session_storage().ok().flatten()?;
    let text = storage.get_item(key).ok().flatten()?;
    let _ = storage.remove_item(key);
    Some(text)
}

/// Changes the query of the address without loading anything; an empty one goes away.
pub fn set_query(query: &str) {
    let location = window().location();
    let (Ok(path), Ok(history)) = (location.pathname(), window().history()) else { return };
    let address = if query.is_empty() { path } else { [&path, "?", query].concat() };
    let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
}

/// Path and query of the page.
pub fn here() -> String {
    let location = window().location();
    [location.pathname().unwrap_or_default(), location.search().unwrap_or_default()].concat()
}

/// Puts a text on the clipboard. Says whether it worked: pages without TLS have no clipboard but the old command, which
/// copies what is selected.
pub async fn copy_text(text: &str) -> bool {
    write_clipboard(text).await || copy_selected(text).unwrap_or(false)
}

/// Copies a text through a field that is there just as long. It has to be in the dialog that is open, because nothing
/// outside of it can be selected.
fn copy_selected(text: &str) -> Option<bool> {
    let before = document().active_element();
    let dialog = before.as_ref().and_then(|element| element.closest("dialog").ok().flatten());
    let parent = dialog.or_else(|| document().body().map(Into::into))?;
    let field: HtmlTextAreaElement = document().create_element("textarea").ok()?.unchecked_into();
    field.set_value(text);
    field.set_read_only(true);
    parent.append_child(&field).ok()?;
    field.select();
    let copied = exec_copy();
    field.remove();
    if let Some(element) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
    Some(copied)
}

async fn write_clipboard(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if AsRef::<JsValue>::as_ref(&clipboard).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

fn exec_copy() -> bool {
    let document: web_sys::HtmlDocument = document().unchecked_into();
    document.exec_command("copy").unwrap_or(false)
}

/// Calls a method of the API with a token, as a script does: without the session of this page. `Err` has the error of the
/// answer; `None` when none came.
pub async fn call_api(path: &str, token: &str) -> Option<Result<(), String>> {
    let headers = Headers::new().ok()?;
    headers.set("Authorization", &["Bearer ", token].concat()).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    let request = Request::new_with_str_and_init(path, &init).ok()?;
    let answer = JsFuture::from(window().fetch_with_request(&request)).await.ok()?;
    let json = answer.unchecked_into::<Response>().json().ok()?;
    let json = JsFuture::from(json).await.ok()?;
    let member = |name: &str| js_sys::Reflect::get(&json, &name.into()).unwrap_or_default();
    match member("result").as_f64()? {
        0.0 => Some(Ok(())),
        _ => Some(Err(member("error").as_string().unwrap_or_default())),
    }
}

/// The value of a field; empty when it is not there.
pub fn value(id: &str) -> String {
    let value = by_id(id).and_then(|field| js_sys::Reflect::get(&field, &"value".into()).ok());
    value.and_then(|value| value.as_string()).unwrap_or_default()
}

/// Fills a field, or chooses an option.
pub fn set_value(id: &str, value: &str) {
    if let Some(field) = by_id(id) {
        // Fails only for a frozen object, and fields are not.
        let _ = js_sys::Reflect::set(&field, &"value".into(), &value.into());
    }
}

/// Calls `changed` whenever something is typed into or chosen in a form, which is not sent from then on.
pub fn follow_form(id: &'static str, changed: impl Fn() + 'static) {
    let typed = window_event_listener(ev::input, move |event| {
        if is_within(id, &event) {
            changed();
        }
    });
    let sent = window_event_listener(ev::submit, move |event| {
        if is_within(id, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        typed.remove();
        sent.remove();
    });
}

/// Sends a form as it is, without the browser's own checks.
pub fn send_form(id: &str) {
    if let Some(form) = by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlFormElement>().ok()) {
        // Fails only for a form that is not in the page any more.
        let _ = form.submit();
    }
}

/// Calls `pressed` whenever an element that the server rendered is pressed.
pub fn on_press(id: &'static str, pressed: impl Fn() + 'static) {
    let listening = window_event_listener(ev::click, move |event| {
        if is_within(id, &event) {
            pressed();
        }
    });
    on_cleanup(move || listening.remove());
}

fn is_within(id: &str, event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
    by_id(id).is_some_and(|element| element.contains(target.as_ref()))
}
