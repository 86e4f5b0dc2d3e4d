//! Calls of many kinds at a steady rate, each with the answer it has to get.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use keyrack_domain::secret::Secret;
use keyrack_domain::world::World;

use crate::Outcome;
use crate::client::{Client, Failure};
use crate::stats::{Times, ms};

const CALLERS: usize = 16;
const TOKENS: usize = 50;
const CHECK: &str = "users.authentication.CheckSign";
/// Maximum number of wrong answers that are printed.
const SHOWN: usize = 10;

/// Calls for so many seconds, so many times a second (0 = as fast as it goes). Prints calls a second, wrong answers, and the
/// slowest call; fails when there was any wrong answer.
pub async fn run(url: &str, email: &str, password: &str, seconds: &str, rate: &str) -> Outcome {
    let client = Client::sign_in(url, email, password).await?;
    let (span, rate): (_, f64) = (Duration::from_secs(seconds.parse()?), rate.parse()?);
    let made = try_join_all((0..TOKENS).map(|_| client.token(false, "environment.control.GetEnvs"))).await?;
    let mix = Arc::new(Mix { client, secrets: made.iter().map(|(_, secret)| secret.clone()).collect() });
    let (turns, wrong) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let callers = (0..CALLERS).map(|_| {
        let (mix, turns, wrong) = (mix.clone(), turns.clone(), wrong.clone());
        tokio::spawn(async move {
            let mut slowest = Duration::ZERO;
            loop {
                let turn = turns.fetch_add(1, Ordering::Relaxed);
                let due = if rate > 0.0 { Duration::from_secs_f64(turn as f64 / rate) } else { begun.elapsed() };
                if due >= span {
                    return slowest;
                }
                tokio::time::sleep(due.saturating_sub(begun.elapsed())).await;
                let called = Instant::now();
                if let Err(error) = mix.one(turn).await
                    && wrong.fetch_add(1, Ordering::Relaxed) < SHOWN
                {
                    eprintln!("wrong: after {:.1} s: {error}", begun.elapsed().as_secs_f64());
                }
                slowest = slowest.max(called.elapsed());
            }
        })
    });
    let slowest = Times::new(try_join_all(callers).await?).most();
    let took = begun.elapsed().as_secs_f64();
    for (id, _) in made {
        mix.client.revoke(false, &id).await?;
    }
    let (calls, wrong) = (turns.load(Ordering::Relaxed).saturating_sub(CALLERS), wrong.load(Ordering::Relaxed));
    println!("{:.0} {calls} {wrong} {}", calls as f64 / took, ms(slowest).replace(' ', "_"));
    if wrong > 0 { Err(format!("{wrong} of {calls} calls were not answered as they should be").into()) } else { Ok(()) }
}

struct Mix {
    client: Client,
    secrets: Vec<String>,
}

impl Mix {
    /// Of 1000 turns: 600 checks of tokens, 150 lists of environments, 100 refused methods, 69 unknown tokens, 60 checks of
    /// a session, 20 lists of tokens, one life of a token.
    async fn one(&self, turn: usize) -> Result<(), Failure> {
        let secret = &self.secrets[turn % self.secrets.len()];
        match turn % 1000 {
            0..600 => self.expect(0, secret, CHECK, &[]).await,
            600..750 => self.expect(0, secret, "environment.control.GetEnvs", &[]).await,
            750..850 => self.expect(8202, secret, "environment.control.StopEnv", &[("envName", "none")]).await,
            850..919 => self.expect(702, Secret::new_token(&World::system()).as_str(), CHECK, &[]).await,
            919..979 => self.client.mine(CHECK, &[]).await.map(drop),
            979..999 => self.client.mine("users.authentication.GetTokens", &[]).await.map(drop),
            _ => self.life().await,
        }
    }

    /// A token is made, used, edited, revoked, and refused from then on.
    async fn life(&self) -> Result<(), Failure> {
        let (id, secret) = self.client.token(false, "environment.control.GetEnvs").await?;
        self.expect(0, &secret, CHECK, &[]).await?;
        let params = [("id", id.as_str()), ("description", "edited")];
        self.client.change(false, "users.authentication.EditToken", &params).await?;
        self.client.revoke(false, &id).await?;
        self.expect(702, &secret, CHECK, &[]).await
    }

    async fn expect(&self, code: i64, secret: &str, method: &str, params: &[(&str, &str)]) -> Result<(), Failure> {
        let answer = self.client.ask(secret, method, params).await?;
        if answer["result"] == code { Ok(()) } else { Err(format!("{method} answered {answer}, not {code}").into()) }
    }
}
