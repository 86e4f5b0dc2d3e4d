//! Settings → Members: who is in the account, with what role, and who is invited.

mod columns;
mod invitations;
mod invite;
mod island;
#[cfg(feature = "ssr")]
mod page;
mod remove;
mod role;
mod state;
mod table;
mod token_disposition;

#[cfg(feature = "ssr")]
pub use self::page::MembersPage;
