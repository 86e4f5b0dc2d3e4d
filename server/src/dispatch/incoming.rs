//! What a call brings besides its head, received as far as the call has come: parameters first, a file only once the caller is
//! known and may call the method.

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use http::Method as Verb;
use http::request::Parts;
use keyrack_domain::Keyrack;
use keyrack_domain::bounds::http::{BODY, FORWARDED_BODY};
use keyrack_domain::caller::Caller;
use keyrack_domain::uploads::Received;
use keyrack_wire::{self as wire, Pairs};

use super::body;
use super::error::ApiError;
use super::file_form::{self, FileForm};
use super::registry::Method;
use crate::forwarding::{ForwardedFile, throw_away};
use crate::http::client::Forwarded;

/// The body of a call, by how it is received.
pub enum Incoming {
    /// What a GET says of its body, or has in it, is not looked at.
    QueryOnly,
    /// A body of parameters, which is read whole, of so many bytes at most.
    Whole { body: Body, largest: usize, read: bool },
    /// A multipart form that may bring a file.
    Form(FileForm),
    /// A file that another server forwards. Its form came before it; the body is the file.
    Forwarded { form: Bytes, file: ForwardedFile, pieces: BodyDataStream },
}

impl Incoming {
    /// What this call of the method brings; nothing of it is read yet.
    ///
    /// # Errors
    /// [`ApiError`] for a verb that the method does not take, and for a form with a file that cannot be read at all.
    pub fn of(method: &Method, parts: &Parts, body: Body) -> Result<Incoming, ApiError> {
        match parts.method {
            Verb::GET if method.post_only => Err(ApiError::PostOnly(method.name)),
            Verb::GET => Ok(Incoming::QueryOnly),
            Verb::POST => {
                if method.takes_file() {
                    if let Some(file) = parts.extensions.get::<ForwardedFile>() {
                        let (form, file) = (file.form().clone(), file.clone());
                        return Ok(Incoming::Forwarded { form, file, pieces: body.into_data_stream() });
                    }
                    if file_form::is_one(&parts.headers) {
                        return FileForm::open(&parts.headers, body).map(Incoming::Form);
                    }
                }
                let forwarded = parts.extensions.get::<Forwarded>().is_some();
                let largest = if forwarded { FORWARDED_BODY } else { BODY };
                Ok(Incoming::Whole { body, largest, read: false })
            }
            _ => Err(ApiError::Verb),
        }
    }

    /// The parameters, as far as they have come: all of them, or in a form those before its file. Once the file was received,
    /// those behind it are among them.
    ///
    /// # Errors
    /// [`ApiError`] when the body is too large, too slow, broken off, encoded, or of a kind that holds no parameters, and for
    /// parameters that cannot be read.
    pub async fn parameters(&mut self, parts: &Parts) -> Result<Pairs, ApiError> {
        let body = match self {
            Incoming::QueryOnly => wire::Body::nothing(),
            Incoming::Whole { body, largest, read } => {
                let parameters = body::parameters(&parts.headers, std::mem::take(body), *largest).await?;
                *read = true;
                parameters
            }
            Incoming::Form(form) => {
                form.read_fields().await?;
                wire::Body::Multipart(form.fields().to_vec())
            }
            Incoming::Forwarded { form, .. } => wire::Body::Form(form.clone()),
        };
        Ok(Pairs::read(parts.uri.query().unwrap_or_default().as_bytes(), &body)?)
    }

    /// Says why there is no credential, where it may come behind the file.
    pub fn explain(&self, error: ApiError) -> ApiError {
        match self {
            Incoming::Form(form) => form.explain(error),
            _ => error,
        }
    }

    /// Receives the file, if there is one.
    ///
    /// # Errors
    /// As [`Uploads::receive`](keyrack_domain::uploads::Uploads::receive), and [`ApiError::Request`] for a file that breaks off.
    pub async fn file(&mut self, keyrack: &Keyrack, caller: &Caller) -> Result<Option<Received>, ApiError> {
        match self {
            Incoming::QueryOnly | Incoming::Whole { .. } => Ok(None),
            Incoming::Form(form) => form.receive(keyrack, caller).await,
            Incoming::Forwarded { file, pieces, .. } => Ok(Some(file.receive(keyrack, caller, pieces).await?)),
        }
    }

    /// Gives up after a refusal. Returns whether some of the body is left unread, so that the connection cannot carry another
    /// request.
    pub async fn abandon(self) -> bool {
        match self {
            Incoming::QueryOnly => false,
            Incoming::Whole { read, .. } => !read,
            Incoming::Form(_) => true,
            Incoming::Forwarded { pieces, .. } => {
                throw_away(pieces).await;
                false
            }
        }
    }
}
