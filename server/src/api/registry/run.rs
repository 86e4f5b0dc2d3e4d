//! How a method is run.

use std::pin::Pin;

use keyrack_wire::{Names, Pairs, Param};
use schemars::{Schema, SchemaGenerator};

use crate::api::answer::Answer;
use crate::api::call::{Call, PublicCall};
use crate::api::error::ApiError;

/// What a handler gives back when it is called.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, ApiError>> + Send>>;

/// What a handler made of a call: by which names the client called the parameters, and the answer to come.
pub type Begun = Result<(Names, Answering), ApiError>;

/// A [`Method`](crate::api::method::Method) without its type.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    pub(in crate::api) begin: fn(&'static [Param], Pairs, Call) -> Begun,
    pub(in crate::api) takes_file: bool,
    pub(in crate::api) answer: AnswerSchema,
}

/// A [`PublicMethod`](crate::api::method::PublicMethod) without its type.
#[derive(Clone, Copy, Debug)]
pub struct TypedPublic {
    pub(in crate::api) begin: fn(&'static [Param], Pairs, PublicCall) -> Begun,
    pub(in crate::api) answer: AnswerSchema,
}

/// Makes the schema of an answer, without the envelope.
pub type AnswerSchema = fn(&mut SchemaGenerator) -> Schema;

/// The handler, by who may come in.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Anybody: no credential is looked at.
    Public(TypedPublic),
    /// A known caller who may call this method; only the dispatcher can make such a [`Call`].
    Permitted(Typed),
}
