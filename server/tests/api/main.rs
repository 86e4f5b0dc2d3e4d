//! The API through the router: what clients of the platform rely on.

mod registry;
mod sessions;
mod support;
mod tokens;
mod wire;
