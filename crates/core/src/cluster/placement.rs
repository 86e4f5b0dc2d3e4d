//! Which server runs an environment or has a file.

use crate::core::Core;
use crate::error::{Error, Result};
use keyrack_types::ids::ServerId;

/// The server that runs an environment or has a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub server: ServerId,
    /// The address at which its peers reach that server; empty when they cannot.
    pub address: String,
    /// It sent a heartbeat within the last seconds.
    pub alive: bool,
}

/// The columns that [`Placement::new`] takes, as SQL for one of the two dialects, of a row of `servers` that is called `s` and may
/// be missing. A server without a heartbeat for five seconds counts as away.
#[macro_export]
macro_rules! placement_sql {
    ($dialect:ident) => {
        concat!(
            "s.id AS server_id, COALESCE(s.address, '') AS server_address, CASE WHEN COALESCE(s.heartbeat_at, 0) > ",
            $crate::now_sql!($dialect),
            " - 5000 THEN 1 ELSE 0 END AS server_alive"
        )
    };
}

impl Placement {
    /// From the columns of [`placement_sql`](crate::placement_sql).
    pub fn new(server: Option<ServerId>, address: String, alive: bool) -> Option<Placement> {
        Some(Placement { server: server?, address, alive })
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
