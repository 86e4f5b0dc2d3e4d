//! The Keyrack dashboard: pages, components and server functions. Compiled natively for rendering and to WASM for the
//! islands.

pub mod components;
pub mod pages;
