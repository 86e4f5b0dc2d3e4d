//! Which server runs an environment or has a file.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::member::now_sql;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::store::Dialect;
use keyrack_types::ids::ServerId;

/// A server without a heartbeat for so long counts as away, in milliseconds.
const GONE_AFTER_MILLIS: i64 = 5_000;

/// The server that runs an environment or has a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub server: ServerId,
    /// The address at which its peers reach that server; empty when they cannot.
    pub address: String,
    /// It sent a heartbeat within the last seconds.
    pub alive: bool,
}

/// The three columns that [`Placement::read`] reads, of a row of `servers` that is called `s` and may be missing.
pub fn placement_sql(dialect: Dialect) -> String {
    let now = now_sql(dialect);
    format!(
        "s.id, COALESCE(s.address, ''), \
         CASE WHEN COALESCE(s.heartbeat_at, 0) > {now} - {GONE_AFTER_MILLIS} THEN 1 ELSE 0 END"
    )
}

impl Placement {
    /// Reads the columns of [`placement_sql`], from this one on.
    pub fn read(row: &AnyRow, first: usize) -> Result<Option<Placement>> {
        let Some(server) = row.try_get::<Option<String>, _>(first)? else { return Ok(None) };
        let alive = row.try_get::<i64, _>(first + 2)? != 0;
        Ok(Some(Placement { server: ServerId::new(&server), address: row.try_get(first + 1)?, alive }))
    }

    /// Whether it can be reached.
    pub fn answers(&self) -> bool {
        self.alive && !self.address.is_empty()
    }
}

impl Core {
    /// Whether that is this server; what has no placement is local.
    pub fn is_local(&self, placement: Option<&Placement>) -> bool {
        match (placement, self.server_id()) {
            (Some(placement), Some(me)) => placement.server == *me,
            _ => true,
        }
    }

    /// Checks that this server runs the environment.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] naming the server that runs it; [`Error::ServerAway`] when that one is away.
    pub fn ensure_local(&self, name: &str, placement: Option<&Placement>) -> Result<()> {
        match placement.filter(|_| !self.is_local(placement)) {
            None => Ok(()),
            Some(placement) if placement.answers() => {
                super::redirect::note(&placement.server, &placement.address);
                Err(Error::Elsewhere {
                    name: name.to_owned(),
                    server: placement.server.clone(),
                    address: placement.address.clone(),
                })
            }
            Some(_) => Err(Error::ServerAway(name.to_owned())),
        }
    }

    /// Whether the server of an environment is neither this one nor there.
    pub fn is_away(&self, placement: Option<&Placement>) -> bool {
        placement.is_some_and(|placement| !placement.alive) && !self.is_local(placement)
    }
}
