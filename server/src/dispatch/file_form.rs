//! A multipart form that brings a file: parameters, then the file, which goes to the disk piece by piece.

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, header};
use keyrack_domain::Keyrack;
use keyrack_domain::bounds::http::{ARRIVAL, BODY, PARAMETERS};
use keyrack_domain::caller::Caller;
use keyrack_domain::uploads::Received;

use super::body;
use super::error::ApiError;
use keyrack_wire::multipart::{Event, Parser};

/// The part that is the file; so is every part with a file name.
const FILE: &str = "file";
/// A file that comes without a name.
const UNNAMED: &str = "file";

/// Whether the body is such a form.
pub fn is_one(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"multipart/form-data")
    })
}

/// The form, read as far as was asked for.
pub struct FileForm {
    frames: BodyDataStream,
    parser: Parser,
    fields: Vec<(String, Bytes)>,
    /// Bytes in `fields` and in the heads of all parts.
    length: usize,
    /// The name of the file, once its part has begun; `None` again when it was taken.
    file: Option<String>,
    taken: bool,
}

impl FileForm {
    /// Reads nothing yet. What follows the boundary in the header, a `charset` for example, is no part of it.
    ///
    /// # Errors
    /// [`ApiError`] without a usable boundary, and for a body that is encoded.
    pub fn open(headers: &HeaderMap, body: Body) -> Result<FileForm, ApiError> {
        body::check_encoding(headers)?;
        let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes()).unwrap_or_default();
        let (frames, parser) = (body.into_data_stream(), Parser::new(kind)?);
        Ok(FileForm { frames, parser, fields: Vec::new(), length: 0, file: None, taken: false })
    }

    /// Reads parameters, up to the file or the end.
    ///
    /// # Errors
    /// [`ApiError`] for what is broken, too large or too slow, and for a second file.
    pub async fn read_fields(&mut self) -> Result<(), ApiError> {
        if self.file.is_some() {
            return Ok(());
        }
        tokio::time::timeout(ARRIVAL, self.read_on()).await.map_err(|_| slow())?
    }

    async fn read_on(&mut self) -> Result<(), ApiError> {
        let (mut name, mut value) = (String::new(), Vec::new());
        loop {
            match self.next().await? {
                Event::Part(head) => {
                    self.count(head.length)?;
                    if head.file_name.is_some() || head.name == FILE {
                        if self.taken {
                            return Err(ApiError::Request("the form brings more than one file".into()));
                        }
                        self.taken = true;
                        self.file = Some(head.file_name.unwrap_or_else(|| UNNAMED.to_owned()));
                        return Ok(());
                    }
                    name = head.name;
                }
                Event::Content(piece) => {
                    self.count(piece.len())?;
                    value.extend_from_slice(&piece);
                }
                Event::PartEnd => self.fields.push((std::mem::take(&mut name), std::mem::take(&mut value).into())),
                Event::End => return Ok(()),
            }
        }
    }

    /// Counts bytes that are kept.
    fn count(&mut self, bytes: usize) -> Result<(), ApiError> {
        self.length += bytes;
        if self.length > BODY || self.fields.len() >= PARAMETERS {
            let why =
                format!("the parameters of the form are more than {PARAMETERS} or larger than {} KiB", BODY >> 10);
            return Err(ApiError::too_large(why));
        }
        Ok(())
    }

    /// What comes next. It waits as long as the caller of this does.
    async fn next(&mut self) -> Result<Event, ApiError> {
        loop {
            if let Some(event) = self.parser.take()? {
                return Ok(event);
            }
            let frame = self.frames.next().await.and_then(Result::ok);
            self.parser.push(&frame.ok_or_else(|| ApiError::Request("the multipart form broke off".into()))?);
        }
    }

    /// What was read so far.
    pub fn fields(&self) -> &[(String, Bytes)] {
        &self.fields
    }

    /// A credential that comes behind the file is not seen in time.
    pub fn explain(&self, error: ApiError) -> ApiError {
        match error {
            ApiError::NoCredential if self.file.is_some() => ApiError::Request(
                "invalid parameter [session]: in a form with a file it has to come before the file (or as Authorization: \
                 Bearer …)"
                    .into(),
            ),
            other => other,
        }
    }

    /// Takes the file in, if there is one.
    ///
    /// # Errors
    /// As [`Uploads::receive`](keyrack_domain::uploads::Uploads::receive), and [`ApiError::Request`] for a form that breaks off.
    pub async fn receive(&mut self, keyrack: &Keyrack, caller: &Caller) -> Result<Option<Received>, ApiError> {
        let Some(name) = self.file.take() else { return Ok(None) };
        let mut receiving = keyrack.uploads.receive(caller, &name).await?;
        while let Event::Content(piece) = tokio::time::timeout(ARRIVAL, self.next()).await.map_err(|_| slow())?? {
            receiving.write(&piece).await?;
        }
        Ok(Some(receiving.finish().await?))
    }
}

fn slow() -> ApiError {
    ApiError::Request("the body did not arrive in time".into())
}
