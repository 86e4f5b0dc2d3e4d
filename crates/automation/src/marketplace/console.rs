//! The console: lines that manifests and clients write, the last of each account.

use chrono::{DateTime, Utc};

use crate::marketplace::Marketplace;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;

/// Maximum number of lines kept per account, and of characters per line.
const LINES: i64 = 1000;
const LONGEST: usize = 4000;

keyrack_core::store::row! {
    /// One line.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ConsoleLine {
        pub at: DateTime<Utc>,
        pub line: String,
    }
}

impl Marketplace {
    /// The account's console, the oldest line first. Lines may hold what somebody wrote into them, so that it takes more
    /// than looking.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read_console(&self, caller: &Caller, client: &Client) -> Result<Vec<ConsoleLine>> {
        caller.require(Right::Operate)?;
        let lines = sqlx::query_as::<_, ConsoleLine>(
            "SELECT at, line FROM marketplace_console WHERE account_id = $1 ORDER BY id",
        )
        .bind(caller.account.0)
        .fetch_all(self.store.read())
        .await?;
        self.note_read(Event::by(caller, client, "console.read", format!("account:{}", caller.account)));
        Ok(lines)
    }

    /// Writes a line to the account's console; the oldest lines go when there are too many.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that is too long.
    pub async fn write_console(&self, caller: &Caller, client: &Client, line: &str) -> Result<()> {
        caller.require(Right::Operate)?;
        if line.chars().count() > LONGEST {
            return Err(Error::invalid(field::App::Line, format!("it can have at most {LONGEST} characters")));
        }
        self.write_console_line(caller, line).await?;
        // Gathered as reads are: lines come by the hundred, and what they say is in the console.
        self.note_read(Event::by(caller, client, "console.write", format!("account:{}", caller.account)));
        Ok(())
    }

    /// Writes a line, cut to what fits.
    pub(super) async fn write_console_line(&self, caller: &Caller, line: &str) -> Result<()> {
        // PostgreSQL keeps no NUL.
        let line: String = line.chars().filter(|c| *c != '\0').take(LONGEST).collect();
        let mut tx = self.store.begin().await?;
        sqlx::query("INSERT INTO marketplace_console (account_id, at, line) VALUES ($1, $2, $3)")
            .bind(caller.account.0)
            .bind(self.world.now().timestamp_millis())
            .bind(line)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "DELETE FROM marketplace_console WHERE account_id = $1 AND id <= (SELECT id FROM marketplace_console \
             WHERE account_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(caller.account.0)
        .bind(LINES)
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await
    }

    /// Empties the account's console.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn clear_console(&self, caller: &Caller, client: &Client) -> Result<()> {
        caller.require(Right::Operate)?;
        let mut tx = self.store.begin().await?;
        sqlx::query("DELETE FROM marketplace_console WHERE account_id = $1")
            .bind(caller.account.0)
            .execute(&mut *tx)
            .await?;
        let event = Event::by(caller, client, "console.clear", format!("account:{}", caller.account));
        audit::append(&mut tx, self.world.now(), event).await?;
        tx.commit(&[]).await
    }
}
