//! What the measurements share: a store with many tokens.

use keyrack_domain::Keyrack;
use keyrack_domain::accounts::{Confirmation, Confirmed, SessionKind, SignIn};
use keyrack_domain::caller::Client;
use keyrack_domain::secret::Secret;
use keyrack_domain::store::Store;
use keyrack_domain::world::World;

/// Rows in one statement; SQLite takes at most 32 766 values in one.
const BATCH: usize = 1_000;

/// Stores `count` tokens of the account's first member beside those that are there, without audit entries and beyond the
/// account's limit: ballast for measurements.
///
/// # Errors
/// From the database.
pub async fn fill(store: &Store, world: &World, count: usize) -> keyrack_domain::Result<()> {
    let mut done = 0;
    while done < count {
        let batch = BATCH.min(count - done);
        let mut text = String::from(
            "INSERT INTO tokens (account_id, owner_id, description, api_set, secret_hash, secret_at, created_at) VALUES ",
        );
        for row in 0..batch {
            let comma = if row == 0 { "" } else { "," };
            text.push_str(&format!("{comma}(1,1,'ballast','IDE Plugins',${},0,0)", row + 1));
        }
        let mut tx = store.begin().await?;
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for _ in 0..batch {
            query = query.bind(Secret::new_token(world).hash().to_vec());
        }
        query.execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO token_secrets (token_id, hash, state, made_at) SELECT id, secret_hash, 'current', 0 FROM tokens \
             WHERE id > (SELECT coalesce(max(token_id), 0) FROM token_secrets)",
        )
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await?;
        done += batch;
    }
    Ok(())
}

/// The owner of the account, who has confirmed with the password.
///
/// # Errors
/// From the domain.
///
/// # Panics
/// When the user has a second factor.
pub async fn owner(
    keyrack: &Keyrack,
    client: &Client,
    email: &str,
    password: &str,
) -> keyrack_domain::Result<Confirmed> {
    let SignIn::Done(signed_in) = keyrack.accounts.sign_in(email, password, client, SessionKind::Api).await? else {
        panic!("the user of a measurement has no second factor");
    };
    keyrack.accounts.confirm(&signed_in.caller, client, &Confirmation::password(password)).await
}

/// A token that opens this method, made the way a person makes one.
///
/// # Errors
/// From the domain.
pub async fn one_token(keyrack: &Keyrack, confirmed: &Confirmed, method: &str) -> keyrack_domain::Result<String> {
    let new = keyrack_domain::tokens::NewToken {
        description: "measured".into(),
        scope: keyrack_domain::tokens::Scope::Methods(vec![method.into()]),
        expires: None,
        shared: false,
        limits: keyrack_domain::types::token_limits::TokenLimits::default(),
    };
    Ok(keyrack.tokens.create(confirmed, &new).await?.secret)
}
