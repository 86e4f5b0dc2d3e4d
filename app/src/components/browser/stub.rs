//! The server's side: event handlers are compiled, but never run.

/// Gives the keyboard to an element.
pub fn focus(_id: &str) -> bool {
    false
}

/// Gives the keyboard to an element that is about to be drawn.
pub fn focus_soon(_id: String) {}

/// Gives the keyboard to an element in a moment, unless another one has it by then.
pub fn rescue_focus(_id: &'static str) {}

/// How high an element is drawn.
pub fn height(_id: &str) -> Option<f64> {
    None
}

/// Selects everything in a text field.
pub fn select_text(_id: &str) {}

/// Puts the text of a field on the clipboard.
pub async fn copy_field(_id: &str) -> bool {
    false
}

/// Offers a text as a file.
pub fn download(_name: &str, _text: &str) -> bool {
    false
}

/// Has the browser ask before it leaves the page, as long as there is something to lose and the component is drawn.
pub fn ask_before_leaving(_loses: impl Fn() -> bool + 'static) {}

/// Leaves for another page.
pub fn go_to(_path: &str) {}

/// Stores a text for this tab.
pub fn store(_key: &str, _text: &str) {}

/// Takes a stored text back.
pub fn take_stored(_key: &str) -> Option<String> {
    None
}

/// Changes the query of the address.
pub fn set_query(_query: &str) {}

/// Path and query of the page.
pub fn here() -> String {
    String::new()
}

/// Puts a text on the clipboard.
pub async fn copy_text(_text: &str) -> bool {
    false
}

/// Calls a method of the API with a token.
pub async fn call_api(_path: &str, _token: &str) -> Option<Result<(), String>> {
    None
}

/// The value of a field.
pub fn value(_id: &str) -> String {
    String::new()
}

/// Fills a field, or chooses an option.
pub fn set_value(_id: &str, _value: &str) {}

/// Calls `pressed` whenever an element is pressed.
pub fn on_press(_id: &'static str, _pressed: impl Fn() + 'static) {}

/// Follows what is typed into a form.
pub fn follow_form(_id: &'static str, _changed: impl Fn() + 'static) {}

/// Sends a form as it is, without the browser's own checks.
pub fn send_form(_id: &str) {}
