//! Sending what waits to be mailed, and trying again what could not be sent.

use sqlx::FromRow;
use sqlx::any::AnyRow;

use super::mailer::Mail;
use crate::notices::Notices;
use keyrack_core::core::Core;
use keyrack_core::error::Result;
use keyrack_core::store::Tx;

/// After so many tries a mail is given up; what it tells stays where it is kept.
const TRIES: i64 = 8;
/// The first pause after a failure, in milliseconds; each further one is twice as long.
const FIRST_PAUSE_MILLIS: i64 = 30_000;
const BATCH: i64 = 50;

/// A table whose rows are mailed: its `mail_state`, `mail_tries` and `mail_next` say how far each of them is.
pub trait Outbox {
    /// A row that waits.
    type Row: for<'r> FromRow<'r, AnyRow> + Send + Sync + Unpin;

    const TABLE: &'static str;

    /// Selects at most `$2` rows that wait and are due at `$1`.
    const DUE: &'static str;
    /// Puts row `$2`, which was tried `$3` times, off until `$1`.
    const CLAIM: &'static str;
    /// Sets the state of row `$2` to `$1`.
    const SETTLE: &'static str;

    /// The number of a row, and how often it was tried.
    fn tried(row: &Self::Row) -> (i64, i64);

    /// The mail of a row, within the transaction that claims it.
    fn write(core: &Core, row: Self::Row, claim: &mut Tx) -> impl Future<Output = Result<Mail>> + Send;
}

impl Notices {
    /// Sends what is due of one outbox, where there is a mail server.
    ///
    /// # Errors
    /// When the database cannot be reached. A mail server that does not take a mail is logged and tried again later.
    pub async fn send_due<O: Outbox>(&self) -> Result<()> {
        let Some(mailer) = &self.mailer else { return Ok(()) };
        let now = self.world.now().timestamp_millis();
        let due = sqlx::query_as::<_, O::Row>(O::DUE).bind(now).bind(BATCH).fetch_all(self.store.read()).await?;
        for row in due {
            let (id, tries) = O::tried(&row);
            let mut claim = self.store.begin().await?;
            if !claimed::<O>(&mut claim, id, tries, now).await? {
                continue;
            }
            let mail = O::write(self, row, &mut claim).await?;
            claim.commit(&[]).await?;
            let state = match mailer.send(mail, &hex::encode(self.world.random::<16>())).await {
                Ok(()) => "sent",
                Err(error) => {
                    let tries = tries + 1;
                    tracing::warn!(of = O::TABLE, id, tries, %error, "mail not sent");
                    if tries < TRIES {
                        continue;
                    }
                    "given-up"
                }
            };
            let mut tx = self.store.begin().await?;
            sqlx::query(O::SETTLE).bind(state).bind(id).execute(&mut *tx).await?;
            tx.commit(&[]).await?;
        }
        Ok(())
    }
}

/// Claims a mail before it is sent: of several servers one sends, and after a crash in between it is tried again later.
async fn claimed<O: Outbox>(tx: &mut Tx, id: i64, tries: i64, now: i64) -> Result<bool> {
    let claimed = sqlx::query(O::CLAIM).bind(now + pause_after(tries)).bind(id).bind(tries).execute(&mut **tx).await?;
    Ok(claimed.rows_affected() == 1)
}

/// The pause after so many failed tries, in milliseconds.
fn pause_after(tries: i64) -> i64 {
    FIRST_PAUSE_MILLIS << tries.clamp(0, TRIES)
}
