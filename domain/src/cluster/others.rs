//! The way to other servers, as the domain sees it. It knows no network: who brings the doors brings this too.

use std::pin::Pin;

use async_trait::async_trait;
use tokio::io::AsyncRead;

use super::Home;
use crate::core::Core;
use crate::ids::AccountId;

/// A file as it comes from another server.
pub type Pieces = Pin<Box<dyn AsyncRead + Send>>;

/// Asks other servers for what only they have.
#[async_trait]
pub trait Others: std::fmt::Debug + Send + Sync {
    /// The file of an account's upload, from the server that has it; `None` when it does not have it either.
    ///
    /// # Errors
    /// Why that server gave no answer; for the log.
    async fn upload(&self, core: &Core, home: &Home, account: AccountId, key: &str) -> Result<Option<Pieces>, String>;
}
