//! The way to other servers, as the domain sees it. It knows no network: who brings the doors brings this too.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::io::AsyncRead;

use super::Home;
use crate::ids::AccountId;
use crate::keyrack::Keyrack;

/// A file as it comes from another server.
pub type Pieces = Pin<Box<dyn AsyncRead + Send>>;

/// Asks other servers for what only they have.
#[async_trait]
pub trait Others: std::fmt::Debug + Send + Sync {
    /// The file of an account's upload, from the server that has it; `None` when it does not have it either.
    ///
    /// # Errors
    /// Why that server gave no answer; for the log.
    async fn upload(
        &self,
        keyrack: &Keyrack,
        home: &Home,
        account: AccountId,
        key: &str,
    ) -> Result<Option<Pieces>, String>;
}

impl Keyrack {
    /// From now on others are reached this way. What was said first counts.
    pub fn reach_others(&self, way: Arc<dyn Others>) {
        let _ = self.cluster.others.set(way);
    }

    /// The way to the others, if there is one.
    pub(crate) fn others(&self) -> Option<&Arc<dyn Others>> {
        self.cluster.others.get()
    }
}
