//! Where things lie that one server alone has.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::member::now_sql;
use crate::core::Core;
use crate::error::{Error, Result};
use crate::ids::ServerId;
use crate::store::Dialect;

/// A server that has said nothing for so long is not there, in milliseconds.
const GONE_AFTER_MILLIS: i64 = 5_000;

/// The server that runs an environment or has a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub server: ServerId,
    /// Where others reach that server; empty when they cannot.
    pub address: String,
    /// It was there a few seconds ago.
    pub alive: bool,
}

/// The three columns that [`Home::read`] reads, of a row of `servers` that is called `s` and may be missing.
pub(crate) fn home_sql(dialect: Dialect) -> String {
    let now = now_sql(dialect);
    format!(
        "s.id, COALESCE(s.address, ''), \
         CASE WHEN COALESCE(s.heartbeat_at, 0) > {now} - {GONE_AFTER_MILLIS} THEN 1 ELSE 0 END"
    )
}

impl Home {
    /// Reads the columns of [`home_sql`], from this one on.
    pub(crate) fn read(row: &AnyRow, first: usize) -> Result<Option<Home>> {
        let Some(server) = row.try_get::<Option<String>, _>(first)? else { return Ok(None) };
        let alive = row.try_get::<i64, _>(first + 2)? != 0;
        Ok(Some(Home { server: ServerId::new(&server), address: row.try_get(first + 1)?, alive }))
    }

    /// Whether it can be asked.
    pub(crate) fn answers(&self) -> bool {
        self.alive && !self.address.is_empty()
    }
}

impl Core {
    /// Whether this server is that home; what has none is here.
    pub(crate) fn is_here(&self, home: Option<&Home>) -> bool {
        match (home, self.server_id()) {
            (Some(home), Some(me)) => home.server == *me,
            _ => true,
        }
    }

    /// Lets this server go on only with an environment that it runs.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] naming the server that runs it; [`Error::ServerAway`] when that one is not there.
    pub(crate) fn must_be_here(&self, name: &str, home: Option<&Home>) -> Result<()> {
        match home.filter(|_| !self.is_here(home)) {
            None => Ok(()),
            Some(home) if home.answers() => {
                super::elsewhere::note(&home.server, &home.address);
                Err(Error::Elsewhere {
                    name: name.to_owned(),
                    server: home.server.clone(),
                    address: home.address.clone(),
                })
            }
            Some(_) => Err(Error::ServerAway(name.to_owned())),
        }
    }

    /// Whether the server of an environment is neither this one nor there.
    pub(crate) fn is_away(&self, home: Option<&Home>) -> bool {
        home.is_some_and(|home| !home.alive) && !self.is_here(home)
    }
}
