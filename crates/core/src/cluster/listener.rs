//! Receives the changes of other servers. While it cannot, this server caches no caller.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use crate::callers::Callers;
use crate::core::{Core, ticks};
use crate::store::{CHANNEL, Dialect};
use crate::world::steady_millis;

/// Every server sends a heartbeat each second, so silence means that nothing can be received.
const SILENCE_MILLIS: u64 = 4_000;
/// How often it looks whether it still listens; well within what counts as a standstill.
const LISTENS: Duration = Duration::from_millis(25);
/// The pause before listening again.
const PAUSE: Duration = Duration::from_millis(100);

impl Core {
    /// Listens to the other servers until it is dropped. With SQLite there are none.
    pub async fn listen(&self) {
        if self.store.dialect() == Dialect::Sqlite {
            return;
        }
        loop {
            let heard = self.listen_until_lost().await;
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
    async fn listen_until_lost(&self) -> sqlx::Result<()> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(2))
            .connect_with(PgConnectOptions::try_from(&self.store.address().options())?)
            .await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        self.callers.mark_listening();
        let _hearing = Hearing::begin(&self.callers);
        tracing::info!("listening to other servers");
        let mut ticks = ticks(LISTENS);
        let mut last_word = steady_millis();
        loop {
            let mut word = std::pin::pin!(listener.try_recv());
            let word = loop {
                tokio::select! {
                    word = &mut word => break word?,
                    _ = ticks.tick() => {
                        self.mark_listening();
                        if steady_millis().saturating_sub(last_word) > SILENCE_MILLIS {
                            return Ok(());
                        }
                    }
                }
            };
            let Some(word) = word else { return Ok(()) };
            self.mark_listening();
            last_word = steady_millis();
            self.apply(word.payload());
        }
    }

    /// Notifications that were sent while this server stood still arrive late, if at all; so nothing from before counts.
    fn mark_listening(&self) {
        if let Some(millis) = self.callers.mark_listening() {
            tracing::warn!(millis, "this server stood still: every caller is looked up anew");
        }
    }
}

/// Callers are remembered while this is held.
struct Hearing<'a>(&'a Callers);

impl Hearing<'_> {
    fn begin(callers: &Callers) -> Hearing<'_> {
        callers.enable();
        Hearing(callers)
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        self.0.disable();
    }
}
