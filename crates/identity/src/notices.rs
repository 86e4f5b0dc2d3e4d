//! Notices to people, in the dashboard and by mail.
//!
//! A notice is written in the transaction of the change that it reports. Mail is sent later from the same table, so that no
//! request waits for a mail server and no notice reports what did not happen. No notice holds a secret.

mod expiry;
mod mail;
mod mailer;
mod outbox;

pub use mail::NoticeMails;
pub use mailer::Mail;
pub use mailer::Mailer;
pub use outbox::Outbox;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use keyrack_core::caller::{Caller, Client};
use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::on_core;
use keyrack_core::settings::Settings;
use keyrack_core::store::{Dialect, Tx};
use keyrack_types::bounds::counts::{BEGINNINGS, NOTICES_OF_USER};
use keyrack_types::dates::{readable_end, readable_moment};
use keyrack_types::ids::{AccountId, UserId};
use keyrack_types::notices::NoticeView;

/// How many notices the dashboard shows.
const SHOWN: i64 = 50;

/// What a notice is about.
#[derive(Clone, Debug)]
pub enum Notice<'a> {
    TokenCreated {
        description: &'a str,
        by: &'a str,
    },
    TokenRegenerated {
        description: &'a str,
        by: &'a str,
        taken_over: bool,
        /// Until when the former value is still accepted, where it is.
        until: Option<DateTime<Utc>>,
    },
    /// Another member let the token open more, or for longer.
    TokenTakenOver {
        description: &'a str,
        by: &'a str,
    },
    /// Who made the present value has left the account.
    TokenValueEnded {
        description: &'a str,
        maker: &'a str,
    },
    /// A value that was replaced, removed or published is still used.
    RetiredValueUsed {
        description: &'a str,
        what: &'a str,
        client: &'a Client,
        frozen: bool,
    },
    /// A value was found where others can read it.
    TokenPublished {
        description: &'a str,
        found: &'a str,
        current: bool,
    },
    SecondFactorOn {
        kind: &'a str,
    },
    SecondFactorOff {
        kind: &'a str,
    },
    PasswordChanged,
    NewDevice {
        client: &'a Client,
    },
    Expiry {
        description: &'a str,
        end: DateTime<Utc>,
        days: i64,
    },
    TaskGivenUp {
        id: i64,
        method: &'a str,
    },
}

impl Notice<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Notice::TokenCreated { .. } => "token-created",
            Notice::TokenRegenerated { .. } => "token-regenerated",
            Notice::TokenTakenOver { .. } => "token-owner",
            Notice::TokenValueEnded { .. } => "token-value-ended",
            Notice::RetiredValueUsed { .. } => "token-retired-value-used",
            Notice::TokenPublished { .. } => "token-published",
            Notice::SecondFactorOn { .. } => "second-factor-on",
            Notice::SecondFactorOff { .. } => "second-factor-off",
            Notice::PasswordChanged => "password-changed",
            Notice::NewDevice { .. } => "new-device",
            Notice::Expiry { .. } => "token-expiry",
            Notice::TaskGivenUp { .. } => "task-given-up",
        }
    }

    fn title(&self) -> String {
        match self {
            Notice::TokenCreated { description, .. } => format!("Access token “{description}” was generated"),
            Notice::TokenRegenerated { description, .. } => format!("Access token “{description}” has a new value"),
            Notice::TokenTakenOver { description, .. } => format!("Access token “{description}” has another owner"),
            Notice::TokenValueEnded { description, .. } => format!("Access token “{description}” needs a new value"),
            Notice::RetiredValueUsed { description, frozen: true, .. } => {
                format!("Access token “{description}” is frozen: a former value of it was used")
            }
            Notice::RetiredValueUsed { description, .. } => {
                format!("A former value of access token “{description}” was used")
            }
            Notice::TokenPublished { description, .. } => format!("Access token “{description}” was published"),
            Notice::SecondFactorOn { kind } => format!("Second factor switched on: {kind}"),
            Notice::SecondFactorOff { kind } => format!("Second factor switched off: {kind}"),
            Notice::PasswordChanged => "Your password was changed".into(),
            Notice::NewDevice { .. } => "New sign-in from a device not seen before".into(),
            Notice::Expiry { description, days: 1, .. } => format!("Access token “{description}” expires in 1 day"),
            Notice::Expiry { description, days, .. } => format!("Access token “{description}” expires in {days} days"),
            Notice::TaskGivenUp { id, .. } => format!("Scheduled task {id} does not run any more"),
        }
    }

    fn body(&self) -> String {
        const NOT_YOU: &str = "If this was not you, change your password and remove tokens that you do not know.";
        match self {
            Notice::TokenCreated { by, .. } => format!("Generated by {by}. {NOT_YOU}"),
            Notice::TokenRegenerated { by, taken_over, until, .. } => {
                let owner = if *taken_over {
                    format!(", who is its owner from now on: it has the rights of {by}, and")
                } else {
                    ";".to_owned()
                };
                let former = match until {
                    Some(until) => format!("its former value is accepted until {} (UTC)", readable_moment(*until)),
                    None if *taken_over => "its former value is refused".to_owned(),
                    None => "its former value is refused now".to_owned(),
                };
                format!("Regenerated by {by}{owner} {former}. {NOT_YOU}")
            }
            Notice::TokenTakenOver { by, .. } => format!(
                "{by} lets it open more, or for longer, and is its owner from now on: it has the rights of {by}. {NOT_YOU}"
            ),
            Notice::TokenValueEnded { maker, .. } => format!(
                "Its value was made by {maker}, who has left the account, so it is refused now. Regenerate the token where it is \
                 needed; tasks of the scheduler that were made with it do not run any more."
            ),
            Notice::RetiredValueUsed { what, client, frozen, .. } => {
                let agent = if client.user_agent.is_empty() { "an unnamed client" } else { &client.user_agent };
                let then = if *frozen {
                    "The token is frozen: its present value is refused until you regenerate it."
                } else {
                    "The call was refused, and the present value goes on working."
                };
                format!(
                    "A value that was {what} was used from {} with {agent}. {then} If this is a machine that still has the old \
                     value, give it the new one; if you do not know it, the value has leaked.",
                    client.address
                )
            }
            Notice::TokenPublished { found, current: true, .. } => {
                format!(
                    "Its value was found {found} and is refused from now on. Regenerate the token where it is needed."
                )
            }
            Notice::TokenPublished { found, .. } => {
                format!(
                    "A former value of it was found {found}; it opens nothing any more. The present value goes on working."
                )
            }
            Notice::SecondFactorOn { .. } => format!("It is asked for at sign-in and before changes. {NOT_YOU}"),
            Notice::SecondFactorOff { .. } | Notice::PasswordChanged => NOT_YOU.into(),
            Notice::NewDevice { client } => {
                let agent = if client.user_agent.is_empty() { "an unnamed client" } else { &client.user_agent };
                format!("From {} with {agent}. {NOT_YOU}", client.address)
            }
            Notice::Expiry { end, .. } => {
                format!(
                    "It is refused after {} (UTC). Edit it to give it a later date, or regenerate it.",
                    readable_end(*end)
                )
            }
            Notice::TaskGivenUp { method, .. } => format!(
                "The server ended {BEGINNINGS} times while the task was calling {method}. Edit the task to let it run again."
            ),
        }
    }
}

/// Writes a notice to a user, within the transaction of the change.
pub async fn notify(
    tx: &mut Tx,
    settings: &Settings,
    now: DateTime<Utc>,
    user: UserId,
    account: Option<AccountId>,
    notice: Notice<'_>,
) -> Result<()> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO notices (user_id, account_id, kind, title, body, created_at, mail_state) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         RETURNING id",
    )
    .bind(user.0)
    .bind(account.map(|id| id.0))
    .bind(notice.kind())
    .bind(notice.title())
    .bind(notice.body())
    .bind(now.timestamp_millis())
    .bind(if settings.smtp.is_some() { "waiting" } else { "none" })
    .fetch_one(&mut **tx)
    .await?;
    drop_surplus(tx, user, id).await
}

/// Selects the notices of a user that go first, `$2` excepted, at most `$3`.
macro_rules! select_surplus {
    ($end:literal) => {
        concat!(
            "SELECT id FROM notices WHERE user_id = $1 AND id <> $2 ORDER BY CASE WHEN read_at IS NOT NULL THEN 0 ",
            "WHEN mail_state <> 'waiting' THEN 1 ELSE 2 END, id LIMIT $3",
            $end
        )
    };
}

/// Keeps a user's notices within their bound: the oldest that were read go first, those that wait to be mailed last.
async fn drop_surplus(tx: &mut Tx, user: UserId, new: i64) -> Result<()> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM notices WHERE user_id = $1").bind(user.0).fetch_one(&mut **tx).await?;
    if count <= NOTICES_OF_USER {
        return Ok(());
    }
    // The user is not locked here: other locks are held already. What another transaction drops is left to it.
    let text = match tx.dialect() {
        Dialect::Sqlite => select_surplus!(""),
        Dialect::Postgres => select_surplus!(" FOR UPDATE SKIP LOCKED"),
    };
    let surplus: Vec<i64> =
        sqlx::query_scalar(text).bind(user.0).bind(new).bind(count - NOTICES_OF_USER).fetch_all(&mut **tx).await?;
    for id in surplus {
        sqlx::query("DELETE FROM notices WHERE id = $1").bind(id).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Notices: written with what they speak of, read by people, mailed.
#[derive(Clone)]
pub struct Notices {
    core: Core,
    mailer: Option<Mailer>,
    /// Wakes the mailer for mail that a person waits for.
    pub mail_waits: Arc<tokio::sync::Notify>,
}

on_core!(Notices);

keyrack_core::store::row! {
    struct NoticeRow {
        id: i64,
        title: String,
        body: String,
        created_at: DateTime<Utc>,
        read_at: Option<i64>,
    }
}

impl Notices {
    /// Notices; without a mailer they stay in the dashboard.
    pub fn new(core: Core, mailer: Option<Mailer>) -> Notices {
        Notices { core, mailer, mail_waits: Arc::default() }
    }

    /// Whether notices are mailed too.
    pub fn has_mailer(&self) -> bool {
        self.mailer.is_some()
    }

    /// The caller's newest notices.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<NoticeView>> {
        let rows = sqlx::query_as::<_, NoticeRow>(
            "SELECT id, title, body, created_at, read_at FROM notices WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(caller.user.0)
        .bind(SHOWN)
        .fetch_all(self.store.read())
        .await?;
        let view = |row: NoticeRow| NoticeView {
            id: row.id,
            title: row.title,
            body: row.body,
            created: row.created_at,
            read: row.read_at.is_some(),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// How many of the caller's notices are unread.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn unread(&self, caller: &Caller) -> Result<i64> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM notices WHERE user_id = $1 AND read_at IS NULL")
            .bind(caller.user.0)
            .fetch_one(self.store.read())
            .await?)
    }

    /// Marks the caller's notices as read, up to and including this one.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn read(&self, caller: &Caller, up_to: i64) -> Result<()> {
        let mut tx = self.store.begin().await?;
        sqlx::query("UPDATE notices SET read_at = $1 WHERE user_id = $2 AND id <= $3 AND read_at IS NULL")
            .bind(self.world.now().timestamp_millis())
            .bind(caller.user.0)
            .bind(up_to)
            .execute(&mut *tx)
            .await?;
        tx.commit(&[]).await
    }
}
