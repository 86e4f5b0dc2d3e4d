//! People: their accounts, sign-ins and sessions, how they prove who they are, and what they are notified of.
//!
//! [`accounts`] turns a credential into a caller and proves the step-up before a change; [`second_factor`] holds one-time codes and
//! passkeys; [`notices`] writes notices and mails them.

pub mod accounts;
pub mod notices;
pub mod second_factor;
