//! The engine's contract, with real processes. What is in `promises` every engine keeps; `local` adds what only processes
//! of this machine can show.

mod local;
mod promises;
