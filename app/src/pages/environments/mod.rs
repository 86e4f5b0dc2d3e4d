//! The Environments page.

mod action;
mod actions;
#[cfg(any(feature = "hydrate", test))]
mod changes;
mod empty;
mod island;
mod poll;
mod row;
mod state;
mod tasks;

#[cfg(feature = "ssr")]
mod page;

pub use self::action::Action;
#[cfg(feature = "ssr")]
pub use self::page::EnvironmentsPage;
