//! A file that is forwarded with a call: it follows the form, which is signed together with what the file is.

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue};
use keyrack_domain::bounds::http::{ARRIVAL, DISCARDED};
use keyrack_domain::caller::Caller;
use keyrack_domain::uploads::Received;
use keyrack_domain::{Error, Keyrack};
use tokio_util::io::ReaderStream;

use super::signature::{FILE, text};

/// How long the form is that the file follows. Not signed by itself: with another length the form is another one.
const FORM: HeaderName = HeaderName::from_static("x-keyrack-form");
/// How much is read from the disk at once.
const PIECE: usize = 64 << 10;

/// What a file is, in a word of visible ASCII.
pub fn describe(file: &Received) -> String {
    let name: String = form_urlencoded::byte_serialize(file.name().as_bytes()).collect();
    format!("{} {} {name}", file.size(), file.sha256())
}

/// The form and the file behind it.
///
/// # Errors
/// When the file cannot be opened.
pub async fn behind(form: Bytes, file: &Received, headers: &mut HeaderMap) -> std::io::Result<Body> {
    headers.insert(FORM, HeaderValue::from(form.len()));
    let pieces = ReaderStream::with_capacity(tokio::fs::File::open(file.path()).await?, PIECE);
    Ok(Body::from_stream(stream::iter([Ok(form)]).chain(pieces)))
}

/// Why a forwarded file was not received.
#[derive(Debug, thiserror::Error)]
pub enum NotReceived {
    /// Something happened to it between the two servers.
    #[error("{0}")]
    OnTheWay(&'static str),
    /// It was refused, or could not be stored.
    #[error(transparent)]
    Domain(#[from] Error),
}

/// A file that another server forwards with a call. The body of the request is the file; its form is here. Only the internal
/// routes put it into a request.
#[derive(Clone, Debug)]
pub struct ForwardedFile {
    name: String,
    size: u64,
    sha256: String,
    length_of_form: usize,
    form: Bytes,
}

impl ForwardedFile {
    /// The file that the headers speak of; nothing of it is to be believed before the signature is checked.
    pub(super) fn announced(headers: &HeaderMap) -> Result<Option<ForwardedFile>, ()> {
        let described = text(headers, &FILE);
        if described.is_empty() {
            return Ok(None);
        }
        let mut words = described.split(' ');
        let (Some(size), Some(sha256), Some(name), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(());
        };
        let (name, _) = form_urlencoded::parse(name.as_bytes()).next().ok_or(())?;
        Ok(Some(ForwardedFile {
            name: name.into_owned(),
            size: size.parse().map_err(|_| ())?,
            sha256: sha256.to_owned(),
            length_of_form: text(headers, &FORM).parse().map_err(|_| ())?,
            form: Bytes::new(),
        }))
    }

    /// Reads the form, of `largest` bytes at most; the rest is the file.
    pub(super) async fn split(&self, body: Body, largest: usize) -> Result<(Bytes, Body), ()> {
        if self.length_of_form > largest {
            return Err(());
        }
        let mut frames = body.into_data_stream();
        let mut form = BytesMut::new();
        while form.len() < self.length_of_form {
            form.extend_from_slice(&frames.next().await.ok_or(())?.map_err(|_| ())?);
        }
        let begun = form.split_off(self.length_of_form).freeze();
        Ok((form.freeze(), Body::from_stream(stream::iter([Ok(begun)]).chain(frames))))
    }

    /// Together with its form.
    pub(super) fn with(self, form: Bytes) -> ForwardedFile {
        ForwardedFile { form, ..self }
    }

    /// The parameters of the call.
    pub fn form(&self) -> &Bytes {
        &self.form
    }

    /// Takes the file in, whole and as it was signed, or not at all.
    ///
    /// # Errors
    /// [`NotReceived`] when the file breaks off, is another one, or is refused.
    pub async fn receive(
        &self,
        keyrack: &Keyrack,
        caller: &Caller,
        pieces: &mut BodyDataStream,
    ) -> Result<Received, NotReceived> {
        let broken = NotReceived::OnTheWay;
        let mut receiving = keyrack.uploads.receive(caller, &self.name).await?;
        while let Some(piece) = tokio::time::timeout(ARRIVAL, pieces.next())
            .await
            .map_err(|_| broken("the file did not arrive in time on its way between two servers"))?
        {
            let piece = piece.map_err(|_| broken("the file broke off on its way between two servers"))?;
            receiving.write(&piece).await?;
        }
        let received = receiving.finish().await?;
        if received.size() != self.size || received.sha256() != self.sha256 {
            return Err(broken("the file was changed on its way between two servers"));
        }
        Ok(received)
    }
}

/// Reads on for a while of what is refused, so that the other server gets to read why.
pub async fn throw_away(mut pieces: BodyDataStream) {
    let reading = async {
        let mut length = 0;
        while let Some(Ok(piece)) = pieces.next().await {
            length += piece.len();
            if length > DISCARDED {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(ARRIVAL, reading).await;
}
