//! The engine's contract, with real processes. Everything in `contract` runs against any engine; `local` adds what only
//! processes of this machine can show.

mod support;

#[path = "engine/contract.rs"]
mod contract;
#[path = "engine/local.rs"]
mod local;
