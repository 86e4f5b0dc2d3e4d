//! Files of other servers, as the domain sees them. The domain knows no network: the HTTP layer implements this.

use std::pin::Pin;

use async_trait::async_trait;
use tokio::io::AsyncRead;

use super::Placement;
use crate::core::Core;
use keyrack_types::ids::AccountId;

/// A file as it comes from another server.
pub type Pieces = Pin<Box<dyn AsyncRead + Send>>;

/// Fetches files that only another server has.
#[async_trait]
pub trait PeerFiles: std::fmt::Debug + Send + Sync {
    /// The file of an account's upload, from the server that has it; `None` when it does not have it either.
    ///
    /// # Errors
    /// Why that server gave no answer, for the log.
    async fn upload(
        &self,
        core: &Core,
        placement: &Placement,
        account: AccountId,
        key: &str,
    ) -> Result<Option<Pieces>, String>;
}
