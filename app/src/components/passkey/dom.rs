//! The browser's side. Options and answers travel as JSON, which browsers read and write themselves since 2023 (Firefox
//! 119, Chromium 129, Safari 18.4); older ones get words instead.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::Failure;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = PublicKeyCredential, js_name = parseCreationOptionsFromJSON, catch)]
    fn parse_creation(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = PublicKeyCredential, js_name = parseRequestOptionsFromJSON, catch)]
    fn parse_request(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], js_name = create, catch)]
    async fn credentials_create(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["navigator", "credentials"], js_name = get, catch)]
    async fn credentials_get(options: &JsValue) -> Result<JsValue, JsValue>;
}

/// Makes a passkey by the server's options; returns the response for the server.
///
/// # Errors
/// Why not, in words.
pub async fn create(options: &str) -> Result<String, Failure> {
    let made = async {
        let options = wrapped(parse_creation(&public_key(options)?)?)?;
        JSON::stringify(&credentials_create(&options).await?)
    };
    made.await.map(String::from).map_err(|error| words(&error))
}

/// Uses a passkey by the server's options; returns the response for the server.
///
/// # Errors
/// Why not, in words.
pub async fn get(options: &str) -> Result<String, Failure> {
    let used = async {
        let options = wrapped(parse_request(&public_key(options)?)?)?;
        JSON::stringify(&credentials_get(&options).await?)
    };
    used.await.map(String::from).map_err(|error| words(&error))
}

/// The options inside of the server's `{"publicKey": …}`.
fn public_key(options: &str) -> Result<JsValue, JsValue> {
    Reflect::get(&JSON::parse(options)?, &"publicKey".into())
}

/// The same shape again, around what the browser made of them.
fn wrapped(options: JsValue) -> Result<JsValue, JsValue> {
    let whole = Object::new();
    Reflect::set(&whole, &"publicKey".into(), &options)?;
    Ok(whole.into())
}

fn words(error: &JsValue) -> Failure {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
    match name.as_str() {
        "NotAllowedError" | "AbortError" => "The passkey was not used: the request was cancelled or took too long.",
        "InvalidStateError" => "This device holds a passkey for you already.",
        "SecurityError" => "Passkeys work at this server's public address only, over HTTPS or on localhost.",
        "TypeError" | "ReferenceError" | "NotSupportedError" => {
            "This browser cannot use passkeys here. Take another one, or use an authenticator."
        }
        _ => "The passkey could not be used. Try again.",
    }
    .into()
}
