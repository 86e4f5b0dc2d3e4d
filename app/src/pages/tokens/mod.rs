//! Settings → Access Tokens.
//!
//! The server renders the page whole, list included; one island brings it to life. What people do is decided in plain
//! modules (`draft`, `sorting`, the models under `components`), which are tested natively.

mod columns;
mod dialogs;
mod draft;
mod empty;
mod file_name;
mod filter;
mod find;
mod island;
mod last_use;
#[cfg(feature = "ssr")]
mod page;
mod removal;
mod requests;
mod sorting;
mod state;
mod table;
mod toolbar;

pub use island::TokensIsland;
#[cfg(feature = "ssr")]
pub use page::TokensPage;
