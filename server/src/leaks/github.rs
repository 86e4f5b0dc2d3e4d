//! `POST /secret-scanning/github`: the form of the partner programme. What comes is believed only with a signature by one of the
//! keys that the operator has put into a file (`--secret-scanning-keys`).

use std::path::Path;

use axum::extract::Request;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use keyrack_domain::bounds::tokens::REPORTED_AT_ONCE;
use keyrack_domain::tokens::{Leak, LeakPlace};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::{Leaks, json, refused};

const IDENTIFIER: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

/// What precedes the 65 bytes of a point in the DER of a P-256 public key (RFC 5480).
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Keys by which reports are signed.
#[derive(Clone, Debug, Default)]
pub struct ScanningKeys(Vec<(String, Vec<u8>)>);

/// Why a file of keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("{0}")]
    Read(#[from] std::io::Error),
    #[error("it is not of the form {{\"public_keys\":[{{\"key_identifier\":…,\"key\":…,\"is_current\":…}}]}}: {0}")]
    Form(#[from] serde_json::Error),
    #[error("the key “{0}” is no P-256 public key in PEM form")]
    Key(String),
    #[error("it holds no key")]
    Empty,
}

#[derive(Deserialize)]
struct KeysFile {
    public_keys: Vec<KeyEntry>,
}

#[derive(Deserialize)]
struct KeyEntry {
    key_identifier: String,
    key: String,
}

impl ScanningKeys {
    /// Reads a file of the form of the programme's public endpoint.
    ///
    /// # Errors
    /// [`KeysError`], for the operator.
    pub fn read(path: &Path) -> Result<ScanningKeys, KeysError> {
        ScanningKeys::parse(&std::fs::read(path)?)
    }

    /// Reads the content of such a file.
    ///
    /// # Errors
    /// As [`read`](ScanningKeys::read).
    pub fn parse(text: &[u8]) -> Result<ScanningKeys, KeysError> {
        let file: KeysFile = serde_json::from_slice(text)?;
        let keys = file
            .public_keys
            .into_iter()
            .map(|entry| match point(&entry.key) {
                Some(point) => Ok((entry.key_identifier, point)),
                None => Err(KeysError::Key(entry.key_identifier)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KeysError::Empty) } else { Ok(ScanningKeys(keys)) }
    }

    fn key(&self, identifier: &str) -> Option<UnparsedPublicKey<&[u8]>> {
        let (_, point) = self.0.iter().find(|(known, _)| known == identifier)?;
        Some(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.as_slice()))
    }
}

/// The point of a P-256 public key in PEM form.
fn point(pem: &str) -> Option<Vec<u8>> {
    let body = pem.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?.strip_suffix("-----END PUBLIC KEY-----")?;
    let text: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(text).ok()?;
    let point = der.strip_prefix(&P256_HEAD)?;
    (point.len() == 65 && point[0] == 4).then(|| point.to_vec())
}

/// A finding of a scanner.
#[derive(Deserialize)]
struct Finding {
    token: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    url: Option<String>,
}

/// What a finding turned out to be.
#[derive(Serialize)]
struct Label<'a> {
    token_raw: &'a str,
    token_type: &'a str,
    label: &'static str,
}

/// Labels for what was found, once the signature is right.
pub(super) async fn answer(leaks: &Leaks, request: Request) -> Response {
    let Some(keys) = &leaks.keys else {
        return refused(StatusCode::NOT_FOUND, "this server takes no part in secret scanning (--secret-scanning-keys)");
    };
    let (parts, client, body) = match leaks.receive(request).await {
        Ok(received) => received,
        Err(refused) => return refused,
    };
    if let Err((status, why)) = check_signature(keys, &parts.headers, &body) {
        return refused(status, why);
    }
    let Ok(findings) = serde_json::from_slice::<Vec<Finding>>(&body) else {
        return refused(StatusCode::BAD_REQUEST, r#"send a list [{"token":"krp_…","type":"…","url":"…"}]"#);
    };
    if findings.len() > REPORTED_AT_ONCE {
        let why = format!("a report names {REPORTED_AT_ONCE} tokens at most, this one {}", findings.len());
        return refused(StatusCode::UNPROCESSABLE_ENTITY, &why);
    }
    let _turn = leaks.turns.acquire().await.ok();
    let mut labels = Vec::with_capacity(findings.len());
    for finding in &findings {
        // It is shown in a notice.
        let url = finding.url.as_deref().unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect();
        let Ok(leaks) = leaks.keyrack.tokens.publish(&[&finding.token], &LeakPlace::Scanned(url), &client).await else {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "the server cannot do this right now; try again shortly");
        };
        let label = if leaks.first() == Some(&Leak::Ours) { "true_positive" } else { "false_positive" };
        labels.push(Label { token_raw: &finding.token, token_type: &finding.kind, label });
    }
    json(StatusCode::OK, &labels)
}

fn check_signature(keys: &ScanningKeys, headers: &HeaderMap, body: &[u8]) -> Result<(), (StatusCode, &'static str)> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let (Some(identifier), Some(signature)) = (header(IDENTIFIER), header(SIGNATURE)) else {
        let why = "send the headers Github-Public-Key-Identifier and Github-Public-Key-Signature";
        return Err((StatusCode::BAD_REQUEST, why));
    };
    let key = keys
        .key(identifier)
        .ok_or((StatusCode::UNAUTHORIZED, "the key of this identifier is not among those of this server"))?;
    let signature = STANDARD.decode(signature).map_err(|_| {
        (StatusCode::BAD_REQUEST, "Github-Public-Key-Signature has to be base64 of an ECDSA signature in DER form")
    })?;
    let why = "the signature does not fit: sign exactly the bytes of the body with the key of the identifier (ECDSA, P-256, SHA-256)";
    key.verify(body, &signature).map_err(|_| (StatusCode::UNAUTHORIZED, why))
}
