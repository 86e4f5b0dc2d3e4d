//! Signing in: by password and, where the user has one, a second factor; or by an Extended Access token.

use std::sync::Arc;

use super::sessions::{NewSession, Proven, SessionKind};
use crate::accounts::Accounts;
use crate::second_factor::{Ceremony, Having, Proof, having};
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::decision::Asked;
use keyrack_core::email::login_forms;
use keyrack_core::error::{Credential, Error, Result};
use keyrack_core::passwords::Verdict;
use keyrack_core::secret::{Secret, SecretHash, Shape, shape};
use keyrack_core::throttle::Guess;
use keyrack_types::accounts::Profile;
use keyrack_types::bounds::counts::HALF_SIGN_INS_OF_USER;
use keyrack_types::ids::{AccountId, UserId};
use keyrack_types::methods::ApiSet;

/// Half a sign-in must be finished within so many milliseconds.
const CHALLENGE_MILLIS: i64 = 10 * 60 * 1000;

/// What a right password leads to.
#[derive(Debug)]
pub enum SignIn {
    /// Signed in.
    Done(SignedIn),
    /// The second factor is still to come.
    Half(Challenge),
}

/// A session that was just opened.
#[derive(Debug)]
pub struct SignedIn {
    /// The value that the client keeps; returned only here.
    pub session: Secret,
    pub caller: Arc<Caller>,
    pub profile: Profile,
}

/// Half a sign-in: good for proving the second factor and for nothing else.
#[derive(Debug)]
pub struct Challenge {
    /// The value that the client keeps until it has proved the second factor.
    pub secret: Secret,
    pub user: UserId,
    pub email: String,
    pub having: Having,
}

keyrack_core::store::row! {
    /// A user whom somebody signs in as, with the account to sign in to.
    struct Found {
        user: UserId,
        hash: String,
        enabled: bool,
        account: Option<AccountId>,
    }

    /// A half sign-in as it is stored.
    struct StoredHalf {
        id: i64,
        user_id: UserId,
        account_id: AccountId,
        email: String,
    }
}

/// A half sign-in, and through which door it goes on.
struct Half {
    id: i64,
    user: UserId,
    account: AccountId,
    email: String,
    kind: SessionKind,
}

impl Accounts {
    /// Opens a session by e-mail address and password, or half of one where a second factor is in use.
    ///
    /// # Errors
    /// [`Error::WrongSignIn`] with one text and after the same work whether the address is unknown or the password wrong;
    /// [`Error::TooManyTries`] when this address tried too often.
    pub async fn sign_in(&self, login: &str, password: &str, client: &Client, kind: SessionKind) -> Result<SignIn> {
        let (login, former) = login_forms(login);
        let guess = Guess::Password { account: &login, address: client.address };
        let tried = self.throttle.reserve(guess).await?;
        let found = self.find_user(&login, &former).await?;
        // Who is disabled, or in no account, has no password that is right.
        let hash = found.as_ref().filter(|found| found.enabled && found.account.is_some()).map(|found| &*found.hash);
        let verdict = self.passwords.check(tried, hash, password).await?;
        match (verdict, found) {
            (Verdict::Right, Some(Found { user, hash, account: Some(account), .. })) => {
                let having = having(&mut *self.store.read().acquire().await?, user).await?;
                if having.any() {
                    return self.challenge(user, account, login, &hash, having, kind).await.map(SignIn::Half);
                }
                let new = NewSession { user, account, kind, by: Proven::Password(hash) };
                let opened = self.open_session(new, client, &login, "session.sign-in").await?;
                self.signed_in(opened).await.map(SignIn::Done)
            }
            (verdict, found) => {
                // An unknown address is only counted: what strangers type does not belong into anybody's log.
                if let Some(found) = found {
                    let who = found.account.map(|account| (found.user, account));
                    let event = Event::by_user(who, &login, client, "session.sign-in").refused("wrong password");
                    self.refusals.note(event);
                }
                Err(Error::WrongSignIn { wait: verdict.wait() })
            }
        }
    }

    /// Finishes a sign-in by the second factor. A browser's session gets a value of its own; an API session keeps the one
    /// that Signin answered, which clients have stored by then.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] when the half sign-in is unknown, used or too old; [`Error::WrongCode`],
    /// [`Error::TooManyTries`].
    pub async fn finish_sign_in(
        &self,
        challenge: &str,
        proof: &Proof,
        client: &Client,
        kind: SessionKind,
    ) -> Result<SignedIn> {
        let half = self.half(challenge, kind).await?;
        self.second_factor.prove(half.user, &half.email, client, proof).await?;
        let keep = (half.kind == SessionKind::Api).then(|| Secret::presented(challenge));
        let by = Proven::SecondFactor { half: half.id, keep };
        let new = NewSession { user: half.user, account: half.account, kind, by };
        let opened = self.open_session(new, client, &half.email, "session.sign-in").await?;
        self.signed_in(opened).await
    }

    /// Which second factors finish a half sign-in, for the page that asks for them.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] as in [`finish_sign_in`](Accounts::finish_sign_in).
    pub async fn half_signed_in(&self, challenge: &str, kind: SessionKind) -> Result<Having> {
        let half = self.half(challenge, kind).await?;
        having(&mut *self.store.read().acquire().await?, half.user).await
    }

    /// Begins to prove a passkey for a half sign-in.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`], [`Error::NotFound`] when the user has no passkey.
    pub async fn begin_passkey_sign_in(&self, challenge: &str) -> Result<Ceremony> {
        let half = self.half(challenge, SessionKind::Browser).await?;
        self.second_factor.begin_passkey_proof(half.user).await
    }

    /// Opens a session by the secret of an Extended Access token; it ends when the token ends.
    ///
    /// # Errors
    /// [`Error::NotAuthenticated`] for a secret that is not one (any more); [`Error::Denied`] as for a call;
    /// [`Error::Forbidden`] for a token of another API set.
    pub async fn sign_in_with_token(&self, secret: &str, client: &Client, kind: SessionKind) -> Result<SignedIn> {
        self.open_by_token(secret, client, kind, false).await
    }

    /// As [`sign_in_with_token`](Accounts::sign_in_with_token), for a secret that came in an address.
    ///
    /// # Errors
    /// As there, and for a token that forbids it.
    pub async fn sign_in_with_token_in_url(
        &self,
        secret: &str,
        client: &Client,
        kind: SessionKind,
    ) -> Result<SignedIn> {
        self.open_by_token(secret, client, kind, true).await
    }

    async fn open_by_token(&self, secret: &str, client: &Client, kind: SessionKind, in_url: bool) -> Result<SignedIn> {
        let secret = secret.trim();
        if shape(secret) != Shape::Token {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        let token = self.identify(secret, client).await?;
        let asked = Asked { method: None, address: Some(client.address), in_url, counts: true };
        self.decide(&token, asked).await.into_result()?;
        let (Some(id), Some(number)) = (token.by_token(), token.secret) else {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        };
        let api_set: String = sqlx::query_scalar("SELECT api_set FROM tokens WHERE id = $1")
            .bind(id.0)
            .fetch_optional(self.store.read())
            .await?
            .ok_or(Error::NotAuthenticated(Credential::Unknown))?;
        if api_set != ApiSet::ExtendedAccess.name() {
            let why = "only a token with Extended Access can sign in; this one opens API methods only";
            self.refusals.note(Event::by(&token, client, "session.sign-in", format!("token:{id}")).refused(why));
            return Err(Error::Forbidden(why.into()));
        }
        let by = Proven::Token(id, number);
        let new = NewSession { user: token.user, account: token.account, kind, by };
        let opened = self.open_session(new, client, &token.email, "session.sign-in-by-token").await?;
        token.note_use(self.world.now(), client);
        self.signed_in(opened).await
    }

    /// Opens a browser session for somebody who has just become a member.
    pub async fn sign_in_member(
        &self,
        user: UserId,
        account: AccountId,
        email: &str,
        client: &Client,
    ) -> Result<SignedIn> {
        let new = NewSession { user, account, kind: SessionKind::Browser, by: Proven::Invitation };
        let opened = self.open_session(new, client, email, "session.sign-in").await?;
        self.signed_in(opened).await
    }

    /// Gives the caller's browser session a new value and reads anew what it may do.
    pub async fn renew_session(&self, caller: &Caller) -> Result<SignedIn> {
        let secret = self.rotate_session(caller).await?;
        let caller = self.session(secret.hash(), SessionKind::Browser).await?;
        self.signed_in((secret, caller)).await
    }

    async fn challenge(
        &self,
        user: UserId,
        account: AccountId,
        email: String,
        hash: &str,
        having: Having,
        kind: SessionKind,
    ) -> Result<Challenge> {
        let secret = Secret::new_session(&self.world, user);
        let now = self.world.now().timestamp_millis();
        let mut tx = self.store.begin().await?;
        if !tx.lock_password(user, hash).await? {
            return Err(Error::WrongSignIn { wait: 0 });
        }
        sqlx::query("DELETE FROM sign_in_challenges WHERE created_at < $1")
            .bind(now - CHALLENGE_MILLIS)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO sign_in_challenges (user_id, account_id, kind, secret_hash, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(user.0)
            .bind(account.0)
            .bind(kind.name())
            .bind(secret.hash().to_vec())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "DELETE FROM sign_in_challenges WHERE user_id = $1 AND id <= \
             (SELECT id FROM sign_in_challenges WHERE user_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
        )
        .bind(user.0)
        .bind(HALF_SIGN_INS_OF_USER)
        .execute(&mut *tx)
        .await?;
        tx.commit(&[]).await?;
        Ok(Challenge { secret, user, email, having })
    }

    async fn half(&self, challenge: &str, kind: SessionKind) -> Result<Half> {
        if shape(challenge) != Shape::Session {
            return Err(Error::NotAuthenticated(Credential::Unknown));
        }
        let half = sqlx::query_as::<_, StoredHalf>(
            "SELECT c.id, c.user_id, c.account_id, u.email FROM sign_in_challenges c JOIN users u ON u.id = c.user_id \
             WHERE c.secret_hash = $1 AND c.kind = $2 AND c.created_at >= $3 AND u.enabled = 1",
        )
        .bind(SecretHash::of(challenge).to_vec())
        .bind(kind.name())
        .bind(self.world.now().timestamp_millis() - CHALLENGE_MILLIS)
        .fetch_optional(self.store.read())
        .await?
        .ok_or(Error::NotAuthenticated(Credential::Ended))?;
        Ok(Half { id: half.id, user: half.user_id, account: half.account_id, email: half.email, kind })
    }

    pub(super) async fn signed_in(&self, (session, caller): (Secret, Arc<Caller>)) -> Result<SignedIn> {
        let profile = self.profile(&caller).await?;
        Ok(SignedIn { session, caller, profile })
    }

    async fn find_user(&self, login: &str, former: &str) -> Result<Option<Found>> {
        // Who is stored as typed comes first, then somebody's own account; members of others' accounts can switch.
        let found = sqlx::query_as::<_, Found>(
            "SELECT u.id AS \"user\", u.password_hash AS hash, u.enabled, m.account_id AS account FROM users u \
             LEFT JOIN memberships m ON m.user_id = u.id WHERE u.email IN ($1, $2) \
             ORDER BY CASE u.email WHEN $2 THEN 0 ELSE 1 END, CASE m.role WHEN 'owner' THEN 0 ELSE 1 END, m.account_id LIMIT 1",
        )
        .bind(login)
        .bind(former)
        .fetch_optional(self.store.read())
        .await?;
        Ok(found)
    }
}
