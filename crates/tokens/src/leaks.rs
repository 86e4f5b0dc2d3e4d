//! Secrets that were found where others can read them: refused at once, whoever reports them.

use std::collections::BTreeMap;

use super::secrets::note_last_use;
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::Client;
use keyrack_core::cluster::Invalidation;
use keyrack_core::error::Result;
use keyrack_core::secret::{SecretHash, Shape, shape};
use keyrack_core::store::Tx;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::ids::{AccountId, TokenId, UserId};

/// Who reports a secret, as people are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeakPlace {
    /// Somebody who has it.
    Reported,
    /// A scanner of a code host; where it was found, as that says.
    Scanned(String),
}

/// What a reported text turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// A secret that this server handed out.
    Ours,
    /// Anything else.
    Noise,
}

keyrack_core::store::row! {
    /// A secret that was handed out, and whose token it is or was.
    struct Found {
        id: i64,
        hash: SecretHash,
        state: String,
        token_id: Option<TokenId>,
        account_id: Option<AccountId>,
        owner_id: Option<UserId>,
        description: Option<String>,
    }
}

/// Selects [`Found`]s.
macro_rules! found {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.hash, s.state, s.token_id, coalesce(t.account_id, s.account_id) AS account_id, ",
            "coalesce(t.owner_id, s.owner_id) AS owner_id, coalesce(t.description, s.description) AS description ",
            "FROM token_secrets s LEFT JOIN tokens t ON t.id = s.token_id",
            $which
        )
    };
}

/// Maximum number of hashes in one query; SQLite takes no more than 32,766 values.
const AT_ONCE: usize = 500;

impl Tokens {
    /// Refuses the secrets among these texts from now on, on all servers. Their tokens stay, with methods and history, and get a
    /// new secret when they are regenerated. Owners of the tokens and of the account are told. Returns what each text is.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn publish(&self, texts: &[&str], place: &LeakPlace, client: &Client) -> Result<Vec<Leak>> {
        let hashes: Vec<Option<SecretHash>> = texts
            .iter()
            .map(|text| text.trim())
            .map(|text| (shape(text) == Shape::Token).then(|| SecretHash::of(text)))
            .collect();
        let mut asked: Vec<SecretHash> = hashes.iter().copied().flatten().collect();
        asked.sort_by_key(|hash| hash.to_vec());
        asked.dedup();
        let mut ours = BTreeMap::new();
        for some in asked.chunks(AT_ONCE) {
            for found in self.handed_out(some).await? {
                ours.insert(found.hash.to_vec(), found.id);
            }
        }
        for id in ours.values() {
            self.publish_one(*id, place, client).await?;
        }
        let is_ours = |hash: Option<SecretHash>| hash.is_some_and(|hash| ours.contains_key(&hash.to_vec()));
        Ok(hashes.into_iter().map(|hash| if is_ours(hash) { Leak::Ours } else { Leak::Noise }).collect())
    }

    async fn handed_out(&self, hashes: &[SecretHash]) -> Result<Vec<Found>> {
        let places: Vec<String> = (1..=hashes.len()).map(|number| format!("${number}")).collect();
        let text = format!("{} WHERE s.hash IN ({})", found!(""), places.join(", "));
        let query = sqlx::query_as::<_, Found>(sqlx::AssertSqlSafe(text));
        let query = hashes.iter().fold(query, |query, hash| query.bind(hash.to_vec()));
        Ok(query.fetch_all(self.store.read()).await?)
    }

    async fn publish_one(&self, id: i64, place: &LeakPlace, client: &Client) -> Result<()> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        let Some(found) = hold(&mut tx, id).await? else { return Ok(()) };
        if found.state == "published" {
            return Ok(());
        }
        let current = found.state == "current" && found.token_id.is_some();
        if let Some(token) = found.token_id {
            note_last_use(&mut tx, token).await?;
            sqlx::query("UPDATE tokens SET rotated = 1, version = version + 1 WHERE id = $1")
                .bind(token.0)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(
            "UPDATE token_secrets SET state = 'published', ended_at = coalesce(ended_at, CASE WHEN retires_at < $1 THEN retires_at ELSE $1 END) \
             WHERE id = $2",
        )
        .bind(now.timestamp_millis())
        .bind(id)
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE token_secret_id = $1").bind(id).execute(&mut *tx).await?;
        let description = found.description.unwrap_or_default();
        let subject = match found.token_id {
            Some(token) => format!("token:{token} {description}"),
            None => format!("secret:{id} {description}"),
        };
        let (source, said) = match place {
            LeakPlace::Reported => ("report", "by somebody, who reported it,".to_owned()),
            LeakPlace::Scanned(url) if url.is_empty() => ("scanner", "by a scanner of published code".to_owned()),
            LeakPlace::Scanned(url) => ("scanner", format!("by a scanner of published code at {url}")),
        };
        let event = Event::by_server(found.account_id, "token.publish", subject)
            .with("value", found.state.as_str())
            .with("source", source)
            .from(client.address);
        audit::append(&mut tx, now, event).await?;
        for person in people(&mut tx, found.account_id, found.owner_id).await? {
            let notice = Notice::TokenPublished { description: &description, found: &said, current };
            notify(&mut tx, &self.settings, now, person, found.account_id, notice).await?;
        }
        // The hash alone decides; without a token any number does.
        let token = found.token_id.unwrap_or(TokenId(0));
        tx.commit(&[Invalidation::Token(found.hash, token)]).await
    }
}

/// A secret, once more, with its token held, so that two reports and a regeneration take turns.
async fn hold(tx: &mut Tx, id: i64) -> Result<Option<Found>> {
    let found = sqlx::query_as::<_, Found>(found!(" WHERE s.id = $1")).bind(id).fetch_optional(&mut **tx).await?;
    if let Some(Found { account_id: Some(account), token_id: Some(token), .. }) = &found {
        tx.lock_token(*account, *token).await?;
        return Ok(sqlx::query_as::<_, Found>(found!(" WHERE s.id = $1")).bind(id).fetch_optional(&mut **tx).await?);
    }
    Ok(found)
}

/// Who is told of a leak: the token's owner, and the owners of the account; only those who are still there.
async fn people(tx: &mut Tx, account: Option<AccountId>, owner: Option<UserId>) -> Result<Vec<UserId>> {
    let Some(account) = account else { return Ok(Vec::new()) };
    let users: Vec<i64> = sqlx::query_scalar(
        "SELECT user_id FROM memberships WHERE account_id = $1 AND (role = 'owner' OR user_id = $2) ORDER BY user_id",
    )
    .bind(account.0)
    .bind(owner.map_or(0, |owner| owner.0))
    .fetch_all(&mut **tx)
    .await?;
    Ok(users.into_iter().map(UserId).collect())
}
