//! Hears what other servers change. While it cannot, this server remembers no caller.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use super::forget::CHANNEL;
use crate::callers::Callers;
use crate::core::Core;
use crate::store::Dialect;

/// Every server says something each second, so silence means that nothing can be heard.
const SILENCE: Duration = Duration::from_secs(4);
/// The pause before listening again.
const PAUSE: Duration = Duration::from_millis(100);

impl Core {
    /// Listens to the other servers until it is dropped. With SQLite there are none.
    pub(crate) async fn hear_others(&self) {
        if self.store.dialect() == Dialect::Sqlite {
            return;
        }
        loop {
            let heard = self.listen().await;
            // What broke this connection may have broken all.
            self.store.suspect();
            match heard {
                Ok(()) => {
                    tracing::warn!("cannot hear other servers: every call is looked up until it is possible again")
                }
                Err(error) => tracing::warn!(%error, "cannot listen to other servers"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Listens until the connection is lost.
    async fn listen(&self) -> sqlx::Result<()> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(2))
            .connect(&self.settings.database)
            .await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        let _hearing = Hearing::begin(&self.callers);
        tracing::info!("listening to other servers");
        loop {
            match tokio::time::timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(told))) => self.heed(told.payload()),
                Ok(Ok(None)) | Err(_) => return Ok(()),
                Ok(Err(error)) => return Err(error),
            }
        }
    }
}

/// Callers are remembered while this is held.
struct Hearing<'a>(&'a Callers);

impl Hearing<'_> {
    fn begin(callers: &Callers) -> Hearing<'_> {
        callers.keep_again();
        Hearing(callers)
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        self.0.keep_nothing();
    }
}
