//! Hears what other servers change. While it cannot, this server remembers no caller.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPoolOptions};

use super::forget::{CHANNEL, notify};
use crate::callers::Callers;
use crate::keyrack::Keyrack;
use crate::store::Dialect;

/// Every server says something this often, so that silence means that nothing can be heard.
const BEAT: Duration = Duration::from_secs(1);
const SILENCE: Duration = Duration::from_secs(4);
/// The pause before listening again.
const PAUSE: Duration = Duration::from_millis(100);
/// What a beat says.
const STILL_HERE: &str = "";

impl Keyrack {
    /// Listens to the other servers until it is dropped. With SQLite there are none.
    pub(crate) async fn hear_others(&self) {
        if self.store.dialect() == Dialect::Sqlite {
            return;
        }
        loop {
            match self.listen().await {
                Ok(()) => {
                    tracing::warn!("cannot hear other servers: every call is looked up until it is possible again")
                }
                Err(error) => tracing::warn!(%error, "cannot listen to other servers"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Says regularly that it is there, until it is dropped.
    pub(crate) async fn beat(&self) {
        if self.store.dialect() == Dialect::Sqlite {
            return;
        }
        let mut ticks = crate::keyrack::ticks(BEAT);
        loop {
            ticks.tick().await;
            // When it fails, the silence says so.
            let _ = self.say_still_here().await;
        }
    }

    async fn say_still_here(&self) -> crate::Result<()> {
        let mut tx = self.store.begin().await?;
        notify(&mut tx, STILL_HERE).await?;
        Ok(tx.commit().await?)
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
