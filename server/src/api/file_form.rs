//! A multipart form that brings a file: parameters, then the file, which goes to the disk piece by piece.

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use http::{HeaderMap, header};
use keyrack_domain::Keyrack;
use keyrack_domain::caller::Caller;
use keyrack_domain::uploads::Received;
use multer::{Field, Multipart};

use super::body::{IN_TIME, LARGEST, THROWN_AWAY};
use super::error::ApiError;
use super::params::MOST_PARAMETERS;

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
    form: Multipart<'static>,
    fields: Vec<(String, Bytes)>,
    /// Bytes in `fields`.
    length: usize,
    /// The file, once its part has begun.
    file: Option<Field<'static>>,
    taken: bool,
}

impl FileForm {
    /// Reads nothing yet. What stands behind the boundary in the header, a `charset` for example, is no part of it.
    ///
    /// # Errors
    /// [`ApiError::Request`] without a boundary.
    pub fn open(headers: &HeaderMap, body: Body) -> Result<FileForm, ApiError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind)
            .map_err(|_| ApiError::Request("the multipart form has no boundary in its Content-Type".into()))?;
        let frames: BodyDataStream = body.into_data_stream();
        Ok(FileForm { form: Multipart::new(frames, boundary), fields: Vec::new(), length: 0, file: None, taken: false })
    }

    /// Reads parameters, up to the file or the end.
    ///
    /// # Errors
    /// [`ApiError::Request`] for what is broken, too large or too slow, and for a second file.
    pub async fn read_fields(&mut self) -> Result<(), ApiError> {
        if self.file.is_some() {
            return Ok(());
        }
        while let Some(mut field) = in_time(self.form.next_field()).await? {
            let name = field.name().map(str::to_owned);
            let name = name.ok_or_else(|| ApiError::Request("a part of the multipart form has no name".into()))?;
            if field.file_name().is_some() || name == FILE {
                if self.taken {
                    return Err(ApiError::Request("the form brings more than one file".into()));
                }
                self.taken = true;
                self.file = Some(field);
                return Ok(());
            }
            let mut value = Vec::new();
            while let Some(piece) = in_time(field.chunk()).await? {
                self.length += piece.len();
                if self.length > LARGEST || self.fields.len() >= MOST_PARAMETERS {
                    let why = format!(
                        "the parameters of the form are more than {MOST_PARAMETERS} or larger than {} KiB",
                        LARGEST >> 10
                    );
                    return Err(ApiError::Request(why.into()));
                }
                value.extend_from_slice(&piece);
            }
            self.fields.push((name, value.into()));
        }
        Ok(())
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
        let Some(field) = &mut self.file else { return Ok(None) };
        let name = field.file_name().unwrap_or(UNNAMED).to_owned();
        let mut receiving = keyrack.uploads.receive(caller, &name).await?;
        while let Some(piece) = in_time(field.chunk()).await? {
            receiving.write(&piece).await?;
        }
        self.file = None;
        Ok(Some(receiving.finish().await?))
    }

    /// Reads on for a while, so that a client that is still sending gets to read why it was refused.
    pub async fn throw_away(mut self) {
        let reading = async {
            let mut length = 0;
            loop {
                let mut field = match self.file.take() {
                    Some(field) => field,
                    None => match self.form.next_field().await {
                        Ok(Some(field)) => field,
                        _ => return,
                    },
                };
                while let Ok(Some(piece)) = field.chunk().await {
                    length += piece.len();
                    if length > THROWN_AWAY {
                        return;
                    }
                }
            }
        };
        let _ = tokio::time::timeout(IN_TIME, reading).await;
    }
}

async fn in_time<T>(reading: impl Future<Output = multer::Result<T>>) -> Result<T, ApiError> {
    match tokio::time::timeout(IN_TIME, reading).await {
        Err(_) => Err(ApiError::Request("the body did not arrive in time".into())),
        // The library's own texts may repeat what was sent.
        Ok(Err(_)) => {
            Err(ApiError::Request("the multipart form cannot be read: it broke off, or its boundary is wrong".into()))
        }
        Ok(Ok(read)) => Ok(read),
    }
}
