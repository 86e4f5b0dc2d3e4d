//! Says at once that the database is out of reach, while it is.
//!
//! A pool waits for a connection for as long as its patience lasts, also when nobody is there to give one, and a query
//! waits for an answer for ever. So whoever waits long has the database tried by a connection of its own; when that
//! fails, all waiting calls are refused, and so are new ones until a try succeeds. SQLite is never out of reach.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, ready};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use sqlx::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Either, Execute, Executor, SqlStr};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::dialect::Dialect;

/// After so long it is worth a try whether anybody is there.
const LONG: Duration = Duration::from_millis(250);
/// A try that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(3);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// Whether the database can be reached, as far as it is known.
#[derive(Debug)]
pub(super) struct Gate {
    address: Address,
    open: watch::Sender<bool>,
    trying: AtomicBool,
}

impl Gate {
    pub fn new(address: &Address) -> Arc<Gate> {
        Arc::new(Gate { address: address.clone(), open: watch::Sender::new(true), trying: AtomicBool::new(false) })
    }

    /// Waits for work that needs the database.
    ///
    /// # Errors
    /// As the work; at once when the database is out of reach.
    pub async fn guard<T>(self: &Arc<Self>, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        if !*self.open.borrow() {
            return Err(out_of_reach());
        }
        tokio::select! {
            biased;
            done = work => done.inspect_err(|error| self.observe(error)),
            () = self.lost() => Err(out_of_reach()),
        }
    }

    /// Tries the database, unless somebody does already.
    pub fn suspect(self: &Arc<Self>) {
        if self.address.dialect() == Dialect::Postgres && !self.trying.swap(true, Ordering::AcqRel) {
            let gate = self.clone();
            tokio::spawn(async move {
                gate.try_until_reached().await;
                gate.trying.store(false, Ordering::Release);
            });
        }
    }

    /// Returns when the database is out of reach.
    async fn lost(self: &Arc<Self>) {
        let mut open = self.open.subscribe();
        loop {
            tokio::select! {
                _ = open.wait_for(|open| !open) => return,
                () = sleep(LONG) => self.suspect(),
            }
        }
    }

    fn observe(self: &Arc<Self>, error: &sqlx::Error) {
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) {
            self.suspect();
        }
    }

    async fn try_until_reached(&self) {
        loop {
            let reached = matches!(timeout(PATIENCE, self.reach()).await, Ok(Ok(())));
            if self.open.send_replace(reached) != reached {
                if reached {
                    tracing::info!("the database can be reached again");
                } else {
                    tracing::error!("the database is out of reach: calls are refused until it is back");
                }
            }
            if reached {
                return;
            }
            sleep(PAUSE).await;
        }
    }

    async fn reach(&self) -> sqlx::Result<()> {
        match AnyConnection::connect_with(&self.address.options()).await {
            Ok(mut connection) => {
                connection.ping().await?;
                connection.close().await
            }
            // It answers, if only that it takes no further connection; starting or stopping (57) it is not there.
            Err(error)
                if error
                    .as_database_error()
                    .is_some_and(|db| !db.code().is_some_and(|code| code.starts_with("57"))) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

fn out_of_reach() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::NotConnected, "the database is out of reach"))
}

/// Connections for queries that only read. Queries are given to a reference of it, as to a pool's.
#[derive(Clone, Debug)]
pub struct Reads {
    pub(super) pool: AnyPool,
    pub(super) gate: Arc<Gate>,
}

impl Reads {
    /// A connection of one's own, for several queries.
    ///
    /// # Errors
    /// At once when the database is out of reach.
    pub async fn acquire(&self) -> sqlx::Result<PoolConnection<Any>> {
        self.gate.guard(self.pool.acquire()).await
    }
}

impl<'c> Executor<'c> for &'c Reads {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let gate = &self.gate;
        if !*gate.open.borrow() {
            return futures::stream::iter([Err(out_of_reach())]).boxed();
        }
        let mut rows = self.pool.fetch_many(query);
        let mut lost = Box::pin(gate.lost());
        let mut ended = false;
        futures::stream::poll_fn(move |context| {
            if ended {
                return Poll::Ready(None);
            }
            if let Poll::Ready(row) = rows.poll_next_unpin(context) {
                if let Some(Err(error)) = &row {
                    gate.observe(error);
                }
                return Poll::Ready(row);
            }
            ready!(lost.as_mut().poll(context));
            ended = true;
            Poll::Ready(Some(Err(out_of_reach())))
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        self.gate.guard(self.pool.fetch_optional(query)).boxed()
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        self.gate.guard(self.pool.prepare_with(sql, parameters)).boxed()
    }
}
