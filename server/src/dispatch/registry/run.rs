//! How a method is run.

use std::pin::Pin;

use keyrack_wire::{Names, Pairs, Param};
use schemars::{Schema, SchemaGenerator};

use crate::dispatch::answer::Answer;
use crate::dispatch::call::{Call, PublicCall};
use crate::dispatch::error::ApiError;

/// What a handler gives back when it is called.
pub type Answering = Pin<Box<dyn Future<Output = Result<Answer, ApiError>> + Send>>;

/// What a handler made of a call: by which names the client called the parameters, and the answer to come.
pub type Started = Result<(Names, Answering), ApiError>;

/// A [`Method`](crate::dispatch::method::Method) without its type.
#[derive(Clone, Copy, Debug)]
pub struct Typed {
    pub(in crate::dispatch) start: fn(&'static [Param], Pairs, Call) -> Started,
    pub(in crate::dispatch) takes_file: bool,
    pub(in crate::dispatch) answer: AnswerSchema,
}

/// A [`PublicMethod`](crate::dispatch::method::PublicMethod) without its type.
#[derive(Clone, Copy, Debug)]
pub struct TypedPublic {
    pub(in crate::dispatch) start: fn(&'static [Param], Pairs, PublicCall) -> Started,
    pub(in crate::dispatch) answer: AnswerSchema,
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
