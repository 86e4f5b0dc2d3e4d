//! A server among others: who it is, that it is there, and what it does for all.

use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::Instant;

use super::state::{ClusterKey, Me};
use crate::core::{Core, ticks};
use crate::error::{Error, Result};
use crate::store::{Dialect, notify};
use keyrack_types::ids::ServerId;

/// How often a server says that it is there. So often something can be heard, too.
const BEAT: Duration = Duration::from_secs(1);
/// The work for all passes to another server after so long without a word, in milliseconds.
const WORKER_MILLIS: i64 = 5_000;
/// A worker stops sooner than others may begin.
const WORKER_SURE: Duration = Duration::from_secs(4);
/// What a beat says to those who listen.
const STILL_HERE: &str = "";

/// The file of the data folder that holds the server's identity.
const ID_FILE: &str = "server-id";

/// The database's present moment in milliseconds, as SQL for one of the two dialects.
#[macro_export]
macro_rules! now_sql {
    (Sqlite) => {
        "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    };
    (Postgres) => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}

/// Notes that a server has joined.
macro_rules! join {
    ($dialect:ident) => {
        concat!(
            "INSERT INTO servers (id, address, started_at, heartbeat_at) VALUES ($1, $2, ",
            $crate::now_sql!($dialect),
            ", ",
            $crate::now_sql!($dialect),
            ") ON CONFLICT (id) DO UPDATE SET address = excluded.address, started_at = excluded.started_at, \
             heartbeat_at = excluded.heartbeat_at RETURNING started_at"
        )
    };
}

impl Core {
    /// This server's identity, once it has joined.
    pub fn server_id(&self) -> Option<&ServerId> {
        self.cluster.me.get().map(|me| &me.id)
    }

    /// The key that the servers on this database share, once this one has joined.
    pub fn cluster_key(&self) -> Option<&ClusterKey> {
        self.cluster.me.get().map(|me| &me.key)
    }

    /// When this server joined, in milliseconds of the clock that all share.
    pub(super) fn joined(&self) -> Option<i64> {
        self.cluster.me.get().map(|me| me.started)
    }

    /// Whether this server does the work that is done once for all servers. A worker that dies is followed by another
    /// within seconds. Work that must never be done twice needs a claim of its own in the database besides: a worker that
    /// was held up may not know yet that another has followed.
    pub fn works_for_all(&self) -> bool {
        if self.store.dialect() == Dialect::Sqlite {
            return true;
        }
        let until = self.cluster.worker_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// The present moment of the clock that all servers share, in milliseconds.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn shared_now(&self) -> Result<i64> {
        let text = match self.store.dialect() {
            Dialect::Sqlite => concat!("SELECT ", crate::now_sql!(Sqlite)),
            Dialect::Postgres => concat!("SELECT ", crate::now_sql!(Postgres)),
        };
        Ok(sqlx::query_scalar(text).fetch_one(self.store.read()).await?)
    }

    /// Takes this server's place among those on the database, under the identity of its data folder.
    ///
    /// # Errors
    /// From the database; [`Error::Internal`] when the identity cannot be read or written.
    pub async fn join_cluster(&self) -> Result<()> {
        let id = self.identity().await?;
        let address = self.settings.advertise.clone().unwrap_or_default();
        let mut tx = self.store.begin().await?;
        let text = match self.store.dialect() {
            Dialect::Sqlite => join!(Sqlite),
            Dialect::Postgres => join!(Postgres),
        };
        let started: i64 = sqlx::query_scalar(text).bind(id.as_str()).bind(address).fetch_one(&mut *tx).await?;
        sqlx::query("INSERT INTO cluster (id, secret) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
            .bind(self.world.random::<32>().to_vec())
            .execute(&mut *tx)
            .await?;
        let key: Vec<u8> = sqlx::query_scalar("SELECT secret FROM cluster WHERE id = 1").fetch_one(&mut *tx).await?;
        // SQLite has one server, whatever its data folder was when it made them; with several, only those of former
        // versions are nobody's.
        let adopted = match self.store.dialect() {
            Dialect::Sqlite => "UPDATE environments SET server = $1",
            Dialect::Postgres => "UPDATE environments SET server = $1 WHERE server IS NULL",
        };
        sqlx::query(adopted).bind(id.as_str()).execute(&mut *tx).await?;
        if self.store.dialect() == Dialect::Sqlite {
            sqlx::query("UPDATE uploads SET server = $1").bind(id.as_str()).execute(&mut *tx).await?;
        }
        tx.commit(&[]).await?;
        self.cluster.me.set(Me { id, started, key: ClusterKey::new(&key) }).map_err(|_| Error::internal("joined twice"))
    }

    /// Sends heartbeats until it is dropped.
    pub async fn heartbeat(&self) {
        if self.store.dialect() == Dialect::Sqlite {
            return;
        }
        let mut ticks = ticks(BEAT);
        loop {
            ticks.tick().await;
            // When it fails, the silence says so.
            let _ = self.say_still_here().await;
        }
    }

    async fn say_still_here(&self) -> Result<()> {
        let begun = Instant::now();
        let mut tx = self.store.begin().await?;
        let mut works = false;
        if let Some(me) = self.cluster.me.get() {
            let text = concat!(
                "UPDATE servers SET heartbeat_at = ",
                crate::now_sql!(Postgres),
                " WHERE id = $1 AND started_at = $2"
            );
            let noted =
                sqlx::query(text).bind(me.id.as_str()).bind(me.started).execute(&mut *tx).await?.rows_affected();
            if noted == 0 {
                tracing::error!(server = %me.id, "another server runs under this identity: is its data folder a copy?");
            }
            let text = concat!(
                "UPDATE cluster SET worker = $1, worker_until = $2 + ",
                crate::now_sql!(Postgres),
                " WHERE id = 1 AND (worker = $1 OR worker_until < ",
                crate::now_sql!(Postgres),
                ")"
            );
            let claimed = sqlx::query(text).bind(me.id.as_str()).bind(WORKER_MILLIS).execute(&mut *tx).await?;
            works = claimed.rows_affected() == 1;
        }
        notify(&mut tx, STILL_HERE).await?;
        tx.commit(&[]).await?;
        let mut until = self.cluster.worker_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = works.then_some(begun + WORKER_SURE);
        Ok(())
    }

    /// Says that it goes: its environments stop with it, and another server takes over what it did for all.
    ///
    /// # Errors
    /// From the database; then the silence says the same a few seconds later.
    pub async fn leave_cluster(&self) -> Result<()> {
        let Some(me) = self.cluster.me.get() else { return Ok(()) };
        *self.cluster.worker_until.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE servers SET heartbeat_at = 0 WHERE id = $1 AND started_at = $2")
            .bind(me.id.as_str())
            .bind(me.started)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE cluster SET worker_until = 0 WHERE id = 1 AND worker = $1")
            .bind(me.id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }

    /// Reads the identity from the data folder; a new folder gets one.
    async fn identity(&self) -> Result<ServerId> {
        let path = self.settings.data.join(ID_FILE);
        let new = hex::encode(self.world.random::<16>());
        let read = tokio::task::spawn_blocking(move || read_or_make(&path, &new)).await.map_err(Error::internal)?;
        read.map_err(|error| Error::internal(format!("the server's identity: {error}")))
    }
}

fn read_or_make(path: &Path, new: &str) -> std::io::Result<ServerId> {
    match std::fs::read_to_string(path) {
        Ok(text) if is_id(text.trim()) => Ok(ServerId::new(text.trim())),
        Ok(_) => Err(std::io::Error::other(format!("{} does not hold 32 hexadecimal digits", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Whole or not at all, also when the power goes.
            let half = path.with_extension("new");
            std::fs::write(&half, format!("{new}\n"))?;
            std::fs::File::open(&half)?.sync_all()?;
            std::fs::rename(&half, path)?;
            Ok(ServerId::new(new))
        }
        Err(error) => Err(error),
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
