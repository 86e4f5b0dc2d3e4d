//! What a method is: a type whose fields are its parameters, and what it does with them.
//!
//! Documentation comments are the documentation: the first paragraph of the type's is the method's summary, that of a
//! field (or of its type) is the parameter's help.

use std::future::Future;

pub use keyrack_domain::methods::ActsOn;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::call::{Call, PublicCall};
use super::error::{ApiError, Code};
use super::registry::{self, Effect, Param, Run, Started, Typed, TypedPublic};
use keyrack_wire::{Names, Pairs};

/// Who may call a method. This is the one place that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Every session of this role or a higher one, and tokens in which the method is ticked.
    Ticked(Role),
    /// Every session, and every token that is valid, whatever it opens.
    Credential,
    /// Every session of this role or a higher one; no token may hold it.
    Session(Role),
}

impl Right {
    /// All who may look at the account.
    pub const LOOK: Right = Right::Ticked(Role::Viewer);
    /// All who may change what runs in it.
    pub const OPERATE: Right = Right::Ticked(Role::Manager);

    const fn role(self) -> Role {
        match self {
            Right::Ticked(role) | Right::Session(role) => role,
            Right::Credential => Role::Viewer,
        }
    }

    const fn token(self) -> TokenAccess {
        match self {
            Right::Ticked(_) => TokenAccess::WhenTicked,
            Right::Credential => TokenAccess::Always,
            Right::Session(_) => TokenAccess::Never,
        }
    }
}

/// A method for known callers. Its fields are all that it reads.
pub trait Method: DeserializeOwned + JsonSchema + Send + 'static {
    /// The full name, `environment.control.StopEnv`.
    const NAME: &'static str;
    /// Who may call it.
    const RIGHT: Right;
    /// Whether it changes anything.
    const EFFECT: Effect;
    /// What it acts on: what a token opens that is limited to some environments. There is no default, so no method is
    /// forgotten.
    const ACTS_ON: ActsOn;
    /// The prepared API sets that hold it (Extended Access holds every method that a token may carry; it is not listed).
    const SETS: &'static [ApiSet] = &[];
    /// Codes that it answers besides those that every method of its kind may answer (1, 3, 99, 702, 8, 8202, outside of
    /// users 4081).
    const CODES: &'static [Code] = &[];
    /// Whether GET is refused, because its parameters hold secrets.
    const POST_ONLY: bool = false;
    /// Whether a file may come with the call, in a multipart form.
    const TAKES_FILE: bool = false;

    /// What it answers, beside `"result":0`.
    type Answer: Serialize + JsonSchema;

    /// Does it.
    fn run(self, call: &Call) -> impl Future<Output = Result<Self::Answer, ApiError>> + Send;
}

/// A public method: no credential is looked at, and no token may hold it.
pub trait PublicMethod: DeserializeOwned + JsonSchema + Send + 'static {
    /// The full name, `users.authentication.Signin`.
    const NAME: &'static str;
    /// Whether it changes anything.
    const EFFECT: Effect;
    /// As [`Method::CODES`].
    const CODES: &'static [Code] = &[];
    /// As [`Method::POST_ONLY`].
    const POST_ONLY: bool = false;

    /// What it answers, beside `"result":0`.
    type Answer: Serialize + JsonSchema;

    /// Does it.
    fn run(self, call: &PublicCall) -> impl Future<Output = Result<Self::Answer, ApiError>> + Send;
}

/// What the registry has to know of a method.
pub fn of<M: Method>() -> registry::Method {
    registry::Method {
        name: M::NAME,
        summary: keyrack_wire::describe::<M>().leak(),
        class_summary: "",
        params: keyrack_wire::params_of::<M>().leak(),
        answer: keyrack_wire::example_of::<M::Answer>().leak(),
        codes: M::CODES,
        sets: M::SETS,
        token: M::RIGHT.token(),
        role: M::RIGHT.role(),
        effect: M::EFFECT,
        acts_on: M::ACTS_ON,
        post_only: M::POST_ONLY,
        run: Run::Permitted(Typed { start: start::<M>, takes_file: M::TAKES_FILE, answer: M::Answer::json_schema }),
    }
}

/// As [`of`], for methods that need no credential.
pub fn of_public<M: PublicMethod>() -> registry::Method {
    registry::Method {
        name: M::NAME,
        summary: keyrack_wire::describe::<M>().leak(),
        class_summary: "",
        params: keyrack_wire::params_of::<M>().leak(),
        answer: keyrack_wire::example_of::<M::Answer>().leak(),
        codes: M::CODES,
        sets: &[],
        token: TokenAccess::Never,
        role: Role::Viewer,
        effect: M::EFFECT,
        acts_on: ActsOn::Caller,
        post_only: M::POST_ONLY,
        run: Run::Public(TypedPublic { start: start_public::<M>, answer: M::Answer::json_schema }),
    }
}

fn start<M: Method>(declared: &'static [Param], pairs: Pairs, call: Call) -> Started {
    let (names, method) = read::<M>(declared, pairs)?;
    Ok((names, Box::pin(async move { Answer::written(&method.run(&call).await?) })))
}

fn start_public<M: PublicMethod>(declared: &'static [Param], pairs: Pairs, call: PublicCall) -> Started {
    let (names, method) = read::<M>(declared, pairs)?;
    Ok((names, Box::pin(async move { Answer::written(&method.run(&call).await?) })))
}

fn read<T: DeserializeOwned>(declared: &'static [Param], pairs: Pairs) -> Result<(Names, T), ApiError> {
    let names = Names::of(declared, &pairs);
    match keyrack_wire::read(declared, pairs) {
        Ok(method) => Ok((names, method)),
        Err(refusal) => Err(refusal.named(&names).into()),
    }
}

/// The methods of a class: declares a module for each and lists its type.
///
/// The doc comment says what the class is about.
///
/// ```ignore
/// methods! {
///     /// Environments, their nodes and their logs.
///     stop_env::StopEnv,
///     sign_in::SignIn as public,
/// }
/// ```
macro_rules! methods {
    (#[doc = $summary:literal] $($module:ident :: $method:ident $(as $public:ident)?),* $(,)?) => {
        $(mod $module;)*

        #[doc = $summary]
        pub const METHODS: $crate::dispatch::registry::Class = $crate::dispatch::registry::Class {
            summary: $summary.trim_ascii(),
            methods: &[$($crate::dispatch::method::methods!(@of $module :: $method $(as $public)?)),*],
        };
    };
    (@of $module:ident :: $method:ident) => { $crate::dispatch::method::of::<$module::$method> };
    (@of $module:ident :: $method:ident as public) => { $crate::dispatch::method::of_public::<$module::$method> };
}
pub(crate) use methods;
